using System.Collections.Immutable;

namespace ToyModels;

/// <summary>Whole rows, one after the other.</summary>
internal sealed class DenseRows : MemorySamples
{
    /// <summary>Rows that are turned into columns together: so many streams a core follows well.</summary>
    private const int TileRows = 16;

    private readonly ReadOnlyMemory<float> _values;
    private readonly int[] _features;

    internal DenseRows(ReadOnlyMemory<float> values, int features, bool shuffle, ImmutableArray<float> importances)
        : base(features, values.Length / features, shuffle, importances)
    {
        _values = values;
        _features = [.. Enumerable.Range(0, features)];
        for (var e = 0; e < values.Length; e++)
        {
            if (!float.IsFinite(values.Span[e]))
            {
                throw NotFinite(e / features, e % features, values.Span[e]);
            }
        }
    }

    protected override unsafe void Fill(ReadOnlySpan<int> rows, Span<float> destination, int stride)
    {
        var starts = stackalloc nint[TileRows];
        fixed (float* source = _values.Span, target = destination)
        {
            for (var first = 0; first < rows.Length; first += TileRows)
            {
                var height = Math.Min(TileRows, rows.Length - first);
                for (var r = 0; r < height; r++)
                {
                    starts[r] = (nint)rows[first + r] * FeatureCount;
                }

                for (var i = 0; i < FeatureCount; i++)
                {
                    var column = target + ((nint)i * stride) + first;
                    for (var r = 0; r < height; r++)
                    {
                        column[r] = source[starts[r] + i];
                    }
                }
            }
        }
    }

    protected override void List(ReadOnlySpan<int> rows, SparseSamples destination)
    {
        foreach (var row in rows)
        {
            destination.Add(_features, _values.Span.Slice(row * FeatureCount, FeatureCount));
        }
    }

    protected override void CountPresent(Span<int> present)
    {
        var values = _values.Span;
        for (var row = 0; row < values.Length; row += FeatureCount)
        {
            for (var i = 0; i < FeatureCount; i++)
            {
                present[i] += values[row + i] != 0 ? 1 : 0;
            }
        }
    }
}
