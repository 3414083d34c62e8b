using Microsoft.ML;
using Microsoft.ML.Data;

namespace EstimatorContracts;

/// <summary>Shapes and schemas in words, so that they can be compared whole and a difference reads itself.</summary>
internal static class Shape
{
    /// <summary>
    /// The shape of a view's schema. ML.NET makes it of public schemas only inside a chain, so a chain is fitted whose one step keeps the shape
    /// that it is handed.
    /// </summary>
    internal static SchemaShape Of(IDataView view)
    {
        var keeper = new Keeper();
        new EstimatorChain<ITransformer>().Append(keeper).Fit(view);
        return keeper.Shape!;
    }

    /// <summary>One line a column, by name: kind, type, and the same of its annotations.</summary>
    internal static string[] Lines(SchemaShape shape) =>
        [.. shape.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => $"{Line(c)} {{{string.Join(", ", Lines(c.Annotations))}}}")];

    /// <summary>One line a column, in order: type, and type and value of its annotations.</summary>
    internal static string[] Lines(DataViewSchema schema) =>
        [.. schema.Select(c => $"{c.Name}: {c.Type}{(c.IsHidden ? " hidden" : "")} {{{string.Join(", ", Lines(c.Annotations))}}}")];

    private static string Line(SchemaShape.Column column) => $"{column.Name}: {column.Kind} {(column.IsKey ? "key " : "")}{column.ItemType}";

    private static IEnumerable<string> Lines(DataViewSchema.Annotations annotations) =>
        annotations.Schema.OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => $"{a.Name}: {a.Type} = {Value.Of(annotations, a)}");

    private sealed class Keeper : IEstimator<ITransformer>
    {
        internal SchemaShape? Shape { get; private set; }

        public ITransformer Fit(IDataView input) => new EstimatorChain<ITransformer>().Fit(input);

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Shape = inputSchema;
    }
}
