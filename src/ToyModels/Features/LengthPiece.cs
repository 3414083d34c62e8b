namespace ToyModels;

/// <summary>Some neighbouring rows of a block that is drawn length by length.</summary>
/// <param name="sampler">Draws it.</param>
internal sealed class LengthPiece(FeatureSampler sampler)
{
    private long _number = -1;
    private bool _isLocated;
    private int _first;
    private int _count;

    // Of each length, how many rows of the block stand before these, and how many before their end.
    private int[] _before = [];
    private int[] _end = [];

    /// <summary>The block.</summary>
    internal LengthBlock Block { get; } = new();

    /// <summary>Whether the block is that of this number.</summary>
    internal bool IsOf(long number) => _number == number;

    /// <summary>Becomes rows <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> − 1 of a block.</summary>
    internal void Take(long number, int first, int count)
    {
        var goesOn = IsOf(number) && first == _first + _count;
        (_first, _count) = (first, count);
        if (!IsOf(number))
        {
            _number = number;
            _isLocated = false;
            sampler.FillLengths(number, Block);
        }

        if (_before.Length < Block.Longest)
        {
            (_before, _end) = (new int[2 * Block.Longest], new int[2 * Block.Longest]);
        }

        if (count == sampler.BlockRows)
        {
            for (var length = 1; length <= Block.Longest; length++)
            {
                (_before[length - 1], _end[length - 1]) = (0, Block.Rows(length));
            }

            return;
        }

        if (!_isLocated)
        {
            sampler.Locate(number, Block);
            _isLocated = true;
        }

        if (goesOn)
        {
            (_before, _end) = (_end, _before);
        }
        else
        {
            _before.AsSpan().Clear();
            Block.CountLengths(0, first, _before);
        }

        _before.CopyTo(_end, 0);
        Block.CountLengths(first, count, _end);
    }

    /// <summary>Writes their non-zeros into zeros: feature i of the s-th of them at [i·stride + s].</summary>
    internal unsafe void CopyTo(Span<float> matrix, int stride)
    {
        fixed (float* start = matrix)
        {
            for (var length = 1; length <= Block.Longest; length++)
            {
                Block.CopyTo(length, First(length), Rows(length), start - _first, stride, 1);
            }
        }
    }

    /// <summary>Rows of one length among them.</summary>
    internal int Rows(int length) => _end[length - 1] - _before[length - 1];

    /// <summary>The first of those, among the block's of that length.</summary>
    internal int First(int length) => _before[length - 1];
}
