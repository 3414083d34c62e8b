namespace ToyModels;

/// <summary>The rows of one block that are not empty, and their places in it.</summary>
/// <param name="sampler">Draws them.</param>
internal sealed unsafe class NonEmptyBlock(FeatureSampler sampler)
{
    private readonly int _rows = sampler.BlockRows;
    private readonly float[] _values = new float[sampler.Distribution.Count * sampler.BlockRows];

    // 1 for each row of the block that is one of them.
    private readonly byte[] _places = new byte[sampler.BlockRows];
    private long _number = -1;

    /// <summary>Copies those among some rows of a block, one after the other.</summary>
    /// <param name="block">The block: it is drawn unless it is the last one's.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="destination">Feature i of the s-th copied goes to [i·stride + s].</param>
    /// <param name="stride">Distance between features.</param>
    /// <returns>How many were copied.</returns>
    internal int Copy(long block, int first, int count, Span<float> destination, int stride)
    {
        if (_number != block)
        {
            _number = block;
            var draw = sampler.BeginNonEmpty(block);
            fixed (float* values = _values)
            {
                sampler.FillNonEmpty(draw, values, _rows);
            }

            sampler.Choose(block, draw.Rows, _places);
        }

        var (start, kept) = (_places.AsSpan(0, first).Count((byte)1), _places.AsSpan(first, count).Count((byte)1));
        for (var i = 0; i < sampler.Distribution.Count; i++)
        {
            _values.AsSpan((i * _rows) + start, kept).CopyTo(destination[(i * stride)..]);
        }

        return kept;
    }
}
