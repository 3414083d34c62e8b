using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>Whole rows, one after the other.</summary>
internal sealed class DenseRows : MemorySamples
{
    /// <summary>Rows that are turned into columns together: so many streams a core follows well.</summary>
    private const int TileRows = 16;

    /// <summary>Side of a square that is turned in registers.</summary>
    private const int Side = 4;

    private readonly ReadOnlyMemory<float> _values;

    internal DenseRows(ReadOnlyMemory<float> values, int features, bool shuffle, ImmutableArray<float> importances)
        : base(features, values.Length / features, shuffle, importances)
    {
        _values = values;
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
        var starts = stackalloc float*[TileRows];
        fixed (float* source = _values.Span, target = destination)
        {
            for (var first = 0; first < rows.Length; first += TileRows)
            {
                var height = Math.Min(TileRows, rows.Length - first);
                for (var r = 0; r < height; r++)
                {
                    starts[r] = source + ((nint)rows[first + r] * FeatureCount);
                }

                var whole = Sse.IsSupported && height == TileRows ? FeatureCount & -Side : 0;
                for (var i = 0; i < whole; i += Side)
                {
                    for (var r = 0; r < TileRows; r += Side)
                    {
                        Turn(starts + r, i, target + ((nint)i * stride) + first + r, stride);
                    }
                }

                for (var i = whole; i < FeatureCount; i++)
                {
                    var column = target + ((nint)i * stride) + first;
                    for (var r = 0; r < height; r++)
                    {
                        column[r] = starts[r][i];
                    }
                }
            }
        }
    }

    protected override void List(ReadOnlySpan<int> rows, SparseSamples destination)
    {
        foreach (var row in rows)
        {
            destination.AddRow(_values.Span.Slice(row * FeatureCount, FeatureCount));
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

    /// <summary>Four features of four rows, each row's side by side, become four columns of four rows.</summary>
    private static unsafe void Turn(float** rows, int feature, float* target, nint stride)
    {
        var a = Vector128.Load(rows[0] + feature);
        var b = Vector128.Load(rows[1] + feature);
        var c = Vector128.Load(rows[2] + feature);
        var d = Vector128.Load(rows[3] + feature);
        Tiles.Turn(a, b, c, d, out var first, out var second, out var third, out var fourth);
        first.Store(target);
        second.Store(target + stride);
        third.Store(target + (2 * stride));
        fourth.Store(target + (3 * stride));
    }
}
