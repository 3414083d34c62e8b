namespace ToyModels;

/// <summary>Some neighbouring rows of a block that is drawn length by length.</summary>
/// <param name="sampler">Draws it.</param>
internal sealed class LengthPiece(FeatureSampler sampler)
{
    private long _number = -1;
    private bool _isLocated;

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
        if (_number != number)
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

        Block.CountLengths(first, _before);
        Block.CountLengths(first + count, _end);
    }

    /// <summary>Rows of one length among them.</summary>
    internal int Rows(int length) => _end[length - 1] - _before[length - 1];

    /// <summary>The first of those, among the block's of that length.</summary>
    internal int First(int length) => _before[length - 1];
}
