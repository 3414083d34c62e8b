using System.Numerics;

namespace ToyModels.ML;

/// <summary>
/// The order in which a generated view is read: blocks, and rows inside a block. A shuffled order is a permutation that is computed, not
/// stored: a four-round Feistel network over the block numbers, walked until it lands inside (Black and Rogaway 2002, "cycle walking").
/// </summary>
internal sealed class BlockOrder
{
    private readonly long _blocks;
    private readonly ulong? _key;
    private readonly int _halfBits;

    internal BlockOrder(long blocks, Random? random)
    {
        _blocks = blocks;
        _key = random is null ? null : (ulong)random.NextInt64();
        _halfBits = Math.Max(1, (65 - BitOperations.LeadingZeroCount((ulong)(blocks - 1))) / 2);
    }

    /// <summary>The block that is read in turn <paramref name="turn"/>.</summary>
    internal long Block(long turn)
    {
        if (_key is not { } key || _blocks == 1)
        {
            return turn;
        }

        var value = (ulong)turn;
        do
        {
            value = Scramble(value, key);
        }
        while (value >= (ulong)_blocks);

        return (long)value;
    }

    /// <summary>The order of the rows of a block (Fisher and Yates).</summary>
    internal void FillRows(long block, Span<int> rows)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
        }

        if (_key is not { } key)
        {
            return;
        }

        var state = Mix.Finalise(key ^ Mix.Finalise((ulong)block));
        for (var i = rows.Length - 1; i > 0; i--)
        {
            state = Mix.Finalise(state);
            var j = (int)(((state >> 32) * (ulong)(i + 1)) >> 32);
            (rows[i], rows[j]) = (rows[j], rows[i]);
        }
    }

    private ulong Scramble(ulong value, ulong key)
    {
        var mask = (1UL << _halfBits) - 1;
        var (left, right) = (value >> _halfBits, value & mask);
        for (var round = 0UL; round < 4; round++)
        {
            (left, right) = (right, left ^ (Mix.Finalise(key ^ Mix.Finalise((right << 2) | round)) & mask));
        }

        return (left << _halfBits) | right;
    }
}
