using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>Reads and writes column annotations.</summary>
internal static class Annotated
{
    internal static void Add(this DataViewSchema.Annotations.Builder builder, string name, ImmutableArray<float> values) =>
        builder.Add(name, new VectorDataViewType(NumberDataViewType.Single, values.Length), Getter(values));

    internal static void Add(this DataViewSchema.Annotations.Builder builder, string name, ImmutableArray<string> values) =>
        builder.Add(name, new VectorDataViewType(TextDataViewType.Instance, values.Length), Getter([.. values.Select(v => v.AsMemory())]));

    internal static void Add(this DataViewSchema.Annotations.Builder builder, string name, string value) =>
        builder.AddPrimitiveValue(name, TextDataViewType.Instance, value.AsMemory());

    /// <summary>The numbers of an annotation, one for each of <paramref name="count"/> features; default where there is none.</summary>
    /// <exception cref="InvalidDataException">It holds another number of values, or one that is not allowed.</exception>
    internal static ImmutableArray<float> Numbers(DataViewSchema.Column column, string name, int count, float most = float.MaxValue)
    {
        if (column.Annotations.Schema.GetColumnOrNull(name)?.Type is not VectorDataViewType vector || !vector.ItemType.Equals(NumberDataViewType.Single))
        {
            return default;
        }

        VBuffer<float> buffer = default;
        column.Annotations.GetValue(name, ref buffer);
        var values = buffer.DenseValues().ToImmutableArray();
        if (values.Length != count)
        {
            throw new InvalidDataException($"Annotation '{name}' of column '{column.Name}' has {values.Length} values, but must have {count}.");
        }

        for (var i = 0; i < count; i++)
        {
            if (!(values[i] >= 0 && values[i] <= most))
            {
                var allowed = most == float.MaxValue ? "zero or positive, and finite" : FormattableString.Invariant($"from 0 to {most}");
                throw new InvalidDataException(FormattableString.Invariant(
                    $"Annotation '{name}' of column '{column.Name}' is {values[i]} in slot {i}; it must be {allowed}."));
            }
        }

        return values;
    }

    /// <summary>The names of an annotation; null where there is none, or not one for each of <paramref name="count"/> features.</summary>
    internal static ImmutableArray<string>? Names(DataViewSchema.Column column, string name, int count)
    {
        if (column.Annotations.Schema.GetColumnOrNull(name)?.Type is not VectorDataViewType { ItemType: TextDataViewType })
        {
            return null;
        }

        VBuffer<ReadOnlyMemory<char>> buffer = default;
        column.Annotations.GetValue(name, ref buffer);
        return buffer.Length == count ? [.. buffer.DenseValues().Select(v => v.ToString())] : null;
    }

    internal static string? Text(DataViewSchema.Column column, string name)
    {
        if (column.Annotations.Schema.GetColumnOrNull(name)?.Type is not TextDataViewType)
        {
            return null;
        }

        ReadOnlyMemory<char> text = default;
        column.Annotations.GetValue(name, ref text);
        return text.ToString();
    }

    /// <summary>The features' names: the column's slot names; F0, F1, … where it has none or one is empty.</summary>
    internal static ImmutableArray<string> FeatureNames(DataViewSchema.Column column, int count)
    {
        var given = Names(column, ToyModelAnnotations.SlotNames, count);
        return [.. Enumerable.Range(0, count).Select(i => given is { } names && names[i].Length > 0 ? names[i] : $"F{i}")];
    }

    internal static ValueGetter<VBuffer<T>> Getter<T>(ImmutableArray<T> values) =>
        (ref VBuffer<T> destination) =>
        {
            var editor = VBufferEditor.Create(ref destination, values.Length);
            values.CopyTo(editor.Values);
            destination = editor.Commit();
        };
}
