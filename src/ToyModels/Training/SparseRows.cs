using System.Collections.Immutable;

namespace ToyModels;

/// <summary>Rows by their non-zeros, compressed: those of row r stand from starts[r] to starts[r + 1].</summary>
internal sealed class SparseRows : MemorySamples
{
    private readonly ReadOnlyMemory<int> _starts;
    private readonly ReadOnlyMemory<int> _features;
    private readonly ReadOnlyMemory<float> _values;

    internal SparseRows(
        ReadOnlyMemory<int> starts, ReadOnlyMemory<int> features, ReadOnlyMemory<float> values, int featureCount, bool shuffle, ImmutableArray<float> importances)
        : base(featureCount, starts.Length - 1, shuffle, importances)
    {
        (_starts, _features, _values) = (starts, features, values);
        for (var row = 0; row < starts.Length - 1; row++)
        {
            RequireRow(row);
        }
    }

    protected override void Fill(ReadOnlySpan<int> rows, Span<float> destination, int stride)
    {
        for (var i = 0; i < FeatureCount; i++)
        {
            destination.Slice(i * stride, rows.Length).Clear();
        }

        var starts = _starts.Span;
        var features = _features.Span;
        var values = _values.Span;
        for (var s = 0; s < rows.Length; s++)
        {
            for (var (e, end) = (starts[rows[s]], starts[rows[s] + 1]); e < end; e++)
            {
                destination[(features[e] * stride) + s] = values[e];
            }
        }
    }

    protected override void List(ReadOnlySpan<int> rows, SparseSamples destination)
    {
        var starts = _starts.Span;
        var features = _features.Span;
        var values = _values.Span;
        foreach (var row in rows)
        {
            var present = starts[row]..starts[row + 1];
            destination.Add(features[present], values[present]);
        }
    }

    protected override void CountPresent(Span<int> present)
    {
        for (var e = 0; e < _values.Length; e++)
        {
            present[_features.Span[e]] += _values.Span[e] != 0 ? 1 : 0;
        }
    }

    private void RequireRow(int row)
    {
        var (start, end) = (_starts.Span[row], _starts.Span[row + 1]);
        if (start > end || start < 0 || end > _values.Length)
        {
            throw new InvalidDataException($"Row {row} goes from {start} to {end}; starts must ascend from 0 to the number of values, {_values.Length}.");
        }

        for (var e = start; e < end; e++)
        {
            var feature = _features.Span[e];
            if (feature < 0 || feature >= FeatureCount || (e > start && feature <= _features.Span[e - 1]))
            {
                throw new InvalidDataException($"Row {row} lists feature {feature} as its entry {e - start}; features must ascend within a row, from 0 to {FeatureCount - 1}, each once.");
            }

            if (!float.IsFinite(_values.Span[e]))
            {
                throw NotFinite(row, feature, _values.Span[e]);
            }
        }
    }
}
