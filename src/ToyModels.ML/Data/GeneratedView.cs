using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>The view behind <see cref="ToyModelsCatalog.Generate"/>: rows are drawn when a cursor comes to their block, and forgotten after.</summary>
internal sealed class GeneratedView : IDataView
{
    private readonly GeneratedSamples _samples;

    internal GeneratedView(FeatureDistribution distribution, long rows, int seed, ImmutableArray<float> importances, string column)
    {
        _samples = new GeneratedSamples(distribution, seed, rows, importances);
        Sparse = distribution.Densities.Average() < 0.25f;
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(ToyModelAnnotations.SlotNames, [.. Enumerable.Range(0, distribution.Count).Select(i => $"F{i}")]);
        annotations.Add(ToyModelAnnotations.Density, distribution.Densities);
        if (!importances.IsDefault)
        {
            annotations.Add(ToyModelAnnotations.Importance, importances);
        }

        var schema = new DataViewSchema.Builder();
        schema.AddColumn(column, new VectorDataViewType(NumberDataViewType.Single, distribution.Count), annotations.ToAnnotations());
        Schema = schema.ToSchema();
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema { get; }

    internal FeatureSampler Sampler => _samples.Sampler;

    internal long Rows => _samples.Rows;

    /// <summary>Whether rows are handed out as sparse vectors: where fewer than a quarter of the values are expected to be present.</summary>
    internal bool Sparse { get; }

    private long Blocks => ((Rows - 1) / Sampler.BlockRows) + 1;

    public long? GetRowCount() => Rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new GeneratedCursor(this, RowAccess.Active(Schema, columnsNeeded), new BlockOrder(Blocks, rand), 0, 1);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        var active = RowAccess.Active(Schema, columnsNeeded);
        var order = new BlockOrder(Blocks, rand);
        var cursors = (int)Math.Min(n, Blocks);
        return [.. Enumerable.Range(0, cursors).Select(c => new GeneratedCursor(this, active, order, c, cursors))];
    }

    internal GeneratedSamples ToSamples() => _samples;
}
