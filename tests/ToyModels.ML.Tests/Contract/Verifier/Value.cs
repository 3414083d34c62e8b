using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EstimatorContracts;

/// <summary>Values of any type as text that is equal exactly where their bits are; a vector says the same dense and sparse.</summary>
internal static class Value
{
    private const BindingFlags Own = BindingFlags.NonPublic | BindingFlags.Static;

    /// <summary>Reads a column of the row that a cursor stands on.</summary>
    internal static Func<string> Reader(DataViewRow row, DataViewSchema.Column column) => (Func<string>)Call(nameof(RowReader), column.Type, row, column);

    /// <summary>The value of an annotation.</summary>
    internal static string Of(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation) =>
        (string)Call(nameof(OfAnnotation), annotation.Type, annotations, annotation);

    /// <summary>Asks a row for a getter of a type that is not the column's.</summary>
    internal static void AskForAnotherType(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type.RawType == typeof(DateTimeOffset))
        {
            row.GetGetter<bool>(column);
        }
        else
        {
            row.GetGetter<DateTimeOffset>(column);
        }
    }

    private static object Call(string method, DataViewType type, params object[] arguments)
    {
        var generic = typeof(Value).GetMethod(method, Own)!.MakeGenericMethod(type.RawType);
        return generic.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
    }

    private static Func<string> RowReader<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        var text = Text<T>();
        T value = default!;
        return () =>
        {
            getter(ref value);
            return text(value);
        };
    }

    private static string OfAnnotation<T>(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        T value = default!;
        annotations.GetValue(annotation.Name, ref value);
        return Text<T>()(value);
    }

    private static Func<T, string> Text<T>()
    {
        if (typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(VBuffer<>))
        {
            var vector = typeof(Value).GetMethod(nameof(Vector), Own)!.MakeGenericMethod(typeof(T).GetGenericArguments());
            return vector.CreateDelegate<Func<T, string>>();
        }

        return Scalar;
    }

    private static string Scalar<T>(T value) => value switch
    {
        float f => BitConverter.SingleToUInt32Bits(f).ToString("x8", CultureInfo.InvariantCulture),
        double d => BitConverter.DoubleToUInt64Bits(d).ToString("x16", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "null",
    };

    private static string Vector<T>(VBuffer<T> vector)
    {
        var absent = Scalar(default(T)!);
        var present = vector.Items().Select(i => (i.Key, Text: Scalar(i.Value))).Where(i => i.Text != absent);
        return $"<{vector.Length}| {string.Join(' ', present.Select(i => $"{i.Key}:{i.Text}"))}>";
    }
}
