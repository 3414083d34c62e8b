using Microsoft.ML;
using Microsoft.ML.Data;

namespace EstimatorContracts;

/// <summary>Rows in words.</summary>
internal static class Table
{
    /// <summary>One row: where its batch stands among others, its id, and its values.</summary>
    internal sealed record Row(long Batch, string Id, string Values)
    {
        internal string Line => $"row {Id}: {Values}";
    }

    /// <summary>All rows of the given columns, through one cursor.</summary>
    internal static Row[] Read(IDataView view, IReadOnlyList<DataViewSchema.Column> columns, int? seed = null)
    {
        using var cursor = view.GetRowCursor(columns, seed is { } s ? new Random(s) : null);
        return [.. Read(cursor, columns)];
    }

    internal static IEnumerable<Row> Read(DataViewRowCursor cursor, IReadOnlyList<DataViewSchema.Column> columns)
    {
        var id = cursor.GetIdGetter();
        var values = columns.Select(c => Value.Reader(cursor, c)).ToArray();
        while (cursor.MoveNext())
        {
            yield return Current(cursor, id, values);
        }
    }

    internal static Row Current(DataViewRow row, ValueGetter<DataViewRowId> getId, IReadOnlyList<Func<string>> values)
    {
        DataViewRowId id = default;
        getId(ref id);
        return new Row(row.Batch, $"{id.High:x}-{id.Low:x}", string.Join(" ", values.Select(v => v())));
    }

    internal static string[] Lines(this IEnumerable<Row> rows) => [.. rows.Select(r => r.Line)];
}
