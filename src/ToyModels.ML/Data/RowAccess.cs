using Microsoft.ML;

namespace ToyModels.ML;

/// <summary>The rules of ML.NET's rows, worded as ML.NET words them.</summary>
internal static class RowAccess
{
    /// <summary>Which columns of a schema are asked for, by index.</summary>
    internal static bool[] Active(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var active = new bool[schema.Count];
        foreach (var column in columns)
        {
            if (column.Index >= schema.Count || schema[column.Index].Name != column.Name)
            {
                throw new ArgumentException($"Column '{column.Name}' does not belong to this schema.", nameof(columns));
            }

            active[column.Index] = true;
        }

        return active;
    }

    internal static bool IsActive(bool[] active, DataViewSchema.Column column) =>
        column.Index < active.Length
            ? active[column.Index]
            : throw new ArgumentException($"Column '{column.Name}' does not belong to this schema.", nameof(column));

    internal static void RequireActive(bool[] active, DataViewSchema.Column column)
    {
        if (!IsActive(active, column))
        {
            throw new ArgumentOutOfRangeException(nameof(column), $"requested column '{column.Name}' not active");
        }
    }

    internal static ValueGetter<TValue> Typed<TValue>(Delegate getter) =>
        getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException(
            $"Invalid TValue in GetGetter: '{typeof(TValue)}', expected type: '{getter.GetType().GetGenericArguments()[0]}'.");

    internal static void RequirePosition(long position)
    {
        if (position < 0)
        {
            throw new InvalidOperationException(
                "Values cannot be fetched at this time. This method was called either before the first call to MoveNext, "
                + "or at any point after MoveNext returned false.");
        }
    }
}
