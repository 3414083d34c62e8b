using Microsoft.ML;

namespace EstimatorContracts;

/// <summary>What is loaded in another context is what was saved.</summary>
internal static class StorageRules
{
    internal const string Input = "The schema of the input comes back with the model";
    internal const string Schemas = "A loaded transformer delivers the schema of the saved one, values of annotations included";
    internal const string Rows = "A loaded transformer gives the rows of the saved one, to the bit";
    internal const string Mapping = "A loaded transformer maps rows one by one exactly where the saved one does";

    internal static void Verify(ContractSubject subject, ITransformer saved)
    {
        var once = Reload(saved, subject, out var schema);
        var twice = Reload(once, subject, out _);
        var expected = saved.Transform(subject.Rows);
        Rule.Same(Columns(subject.Rows.Schema), Columns(schema), Input);
        foreach (var loaded in new[] { once, twice })
        {
            var found = loaded.Transform(subject.Rows);
            Rule.Require(loaded.IsRowToRowMapper == saved.IsRowToRowMapper, Mapping, $"IsRowToRowMapper is {loaded.IsRowToRowMapper} after loading.");
            Rule.Same(Shape.Lines(expected.Schema), Shape.Lines(loaded.GetOutputSchema(subject.Rows.Schema)), Schemas);
            Rule.Same(Shape.Lines(expected.Schema), Shape.Lines(found.Schema), Schemas);
            Rule.Same(Table.Read(expected, [.. expected.Schema]).Lines(), Table.Read(found, [.. found.Schema]).Lines(), Rows);
        }
    }

    private static ITransformer Reload(ITransformer transformer, ContractSubject subject, out DataViewSchema schema)
    {
        using var file = new MemoryStream();
        subject.LoadingContext().Model.Save(transformer, subject.Rows.Schema, file);
        file.Position = 0;
        return subject.LoadingContext().Model.Load(file, out schema);
    }

    /// <summary>Hidden columns, which lie under others of their name, are not saved.</summary>
    private static string[] Columns(DataViewSchema schema) => [.. schema.Where(c => !c.IsHidden).Select(c => $"{c.Name}: {c.Type}")];
}
