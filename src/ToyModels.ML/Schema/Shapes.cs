using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>
/// Promises a schema. ML.NET gives no public way to make a <see cref="SchemaShape.Column"/>, but its custom mapping makes any: a mapping
/// that is never run, of the columns that are wanted, is asked for its output schema.
/// </summary>
internal static class Shapes
{
    private static readonly SchemaShape _nothing = new([]);

    /// <summary>The input's columns and those that a model adds, with or without the annotations of its weights.</summary>
    internal static SchemaShape WithModelColumns(MLContext mlContext, SchemaShape input, OutputColumns columns, bool hasWeights = true)
    {
        var definition = SchemaDefinition.Create(typeof(ToyModelColumns), SchemaDefinition.Direction.Write);
        Name(nameof(ToyModelColumns.Hidden), columns.Hidden, slots: true);
        Name(nameof(ToyModelColumns.Reconstruction), columns.Reconstruction, slots: true);
        Name(nameof(ToyModelColumns.Loss), columns.Loss, slots: false);
        return mlContext.Transforms.CustomMapping<Empty, ToyModelColumns>(static (_, _) => { }, null, null, definition).GetOutputSchema(input);

        void Name(string member, string? name, bool slots)
        {
            var column = definition.Single(c => c.MemberName == member);
            if (name is null)
            {
                definition.Remove(column);
                return;
            }

            column.ColumnName = name;
            if (slots)
            {
                AddText(column, ToyModelAnnotations.SlotNames);
            }

            if (!hasWeights)
            {
                return;
            }

            AddNumbers(column, ToyModelAnnotations.Weights);
            AddNumbers(column, ToyModelAnnotations.Bias);
            AddNumbers(column, ToyModelAnnotations.Importance);
            AddNumbers(column, ToyModelAnnotations.Density);
            AddText(column, ToyModelAnnotations.FeatureNames);
            column.AddAnnotation(ToyModelAnnotations.Kind, ReadOnlyMemory<char>.Empty, TextDataViewType.Instance);
            column.AddAnnotation(ToyModelAnnotations.Reduction, ReadOnlyMemory<char>.Empty, TextDataViewType.Instance);
        }
    }

    /// <summary>The input's columns and one fixed-size vector of Single.</summary>
    internal static SchemaShape WithVectorColumn(MLContext mlContext, SchemaShape input, string name, bool hasSlotNames, bool hasImportance)
    {
        var definition = SchemaDefinition.Create(typeof(VectorColumn), SchemaDefinition.Direction.Write);
        var column = definition.Single();
        column.ColumnName = name;
        if (hasSlotNames)
        {
            AddText(column, ToyModelAnnotations.SlotNames);
        }

        if (hasImportance)
        {
            AddNumbers(column, ToyModelAnnotations.Importance);
        }

        return mlContext.Transforms.CustomMapping<Empty, VectorColumn>(static (_, _) => { }, null, null, definition).GetOutputSchema(input);
    }

    /// <summary>The columns of <typeparamref name="TRow"/> and nothing else.</summary>
    internal static SchemaShape Of<TRow>(MLContext mlContext) where TRow : class, new() =>
        mlContext.Transforms.CustomMapping<Empty, TRow>(static (_, _) => { }, null).GetOutputSchema(_nothing);

    private static void AddNumbers(SchemaDefinition.Column column, string name) =>
        column.AddAnnotation(name, new VBuffer<float>(1, [0f]), new VectorDataViewType(NumberDataViewType.Single, 1));

    private static void AddText(SchemaDefinition.Column column, string name) =>
        column.AddAnnotation(name, new VBuffer<ReadOnlyMemory<char>>(1, [default]), new VectorDataViewType(TextDataViewType.Instance, 1));

    private sealed class Empty;

    private sealed class VectorColumn
    {
        [VectorType(1)]
        public float[]? Values { get; set; }
    }

    private sealed class ToyModelColumns
    {
        [VectorType(1)]
        public float[]? Hidden { get; set; }

        [VectorType(1)]
        public float[]? Reconstruction { get; set; }

        public float Loss { get; set; }
    }
}
