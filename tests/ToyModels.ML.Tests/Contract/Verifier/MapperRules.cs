using Microsoft.ML;
using Microsoft.ML.Data;

namespace EstimatorContracts;

/// <summary>A transformer that maps rows one by one maps them as Transform does, from the columns that it says it needs.</summary>
internal static class MapperRules
{
    internal const string Schemas = "A row mapper has the schema that it was made for, and delivers that of Transform";
    internal const string Needs = "A row mapper depends on columns of its input alone";
    internal const string Values = "A row mapper gives the rows that Transform gives, from the columns that it depends on";
    internal const string None = "A transformer that does not map rows one by one refuses to make a row mapper with InvalidOperationException";

    internal static void Verify(ContractSubject subject, ITransformer transformer)
    {
        var schema = subject.Rows.Schema;
        if (!transformer.IsRowToRowMapper)
        {
            Rule.Throws(() => transformer.GetRowToRowMapper(schema), None, typeof(InvalidOperationException));
            return;
        }

        var mapper = transformer.GetRowToRowMapper(schema);
        var transformed = transformer.Transform(subject.Rows);
        Rule.Require(ReferenceEquals(mapper.InputSchema, schema), Schemas, "Its input schema is another object than the schema that it was made for.");
        Rule.Same(Shape.Lines(transformed.Schema), Shape.Lines(mapper.OutputSchema), Schemas);
        VerifyRows(subject.Rows, transformed, mapper, [.. mapper.OutputSchema]);
        foreach (var column in mapper.OutputSchema)
        {
            VerifyRows(subject.Rows, transformed, mapper, [column]);
        }
    }

    private static void VerifyRows(IDataView input, IDataView transformed, IRowToRowMapper mapper, DataViewSchema.Column[] columns)
    {
        var needed = mapper.GetDependencies(columns).ToArray();
        foreach (var column in needed)
        {
            Rule.Require(
                column.Index < input.Schema.Count && input.Schema[column.Index].Name == column.Name, Needs, $"Column '{column.Name}' is not of the input.");
        }

        using var cursor = input.GetRowCursor(needed);
        using var row = mapper.GetRow(cursor, columns);
        var values = columns.Select(c => Value.Reader(row, c)).ToArray();
        var getId = row.GetIdGetter();
        var mapped = new List<Table.Row>();
        while (cursor.MoveNext())
        {
            Rule.Require(row.Position == cursor.Position, Values, $"The row stands at {row.Position}, its input at {cursor.Position}.");
            mapped.Add(Table.Current(row, getId, values));
        }

        Rule.Same(Table.Read(transformed, [.. columns.Select(c => transformed.Schema[c.Index])]).Lines(), mapped.Lines(), Values);
    }
}
