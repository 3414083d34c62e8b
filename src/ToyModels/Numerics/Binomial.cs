using System.Collections.Immutable;

namespace ToyModels;

/// <summary>Draws how many of R independent trials succeed, each with probability q.</summary>
internal sealed class Binomial
{
    /// <summary>Counts whose probability is below this part of the largest are never drawn: all of them together are rarer than the resolution of a draw.</summary>
    private const double Negligible = 1.0 / (1L << 60) / (1L << 20);

    /// <summary>Bits of a number that tell where to begin.</summary>
    private const int FirstBits = 8;

    private readonly int _least;

    // The last number that stands for a count up to least + k, P(count ≤ least + k)·2⁶⁴; for the largest count the last there is.
    private readonly ImmutableArray<ulong> _atMost;

    // The k of the least number with each value of the first bits.
    private readonly ImmutableArray<int> _first;

    /// <param name="trials">R, at least 1.</param>
    /// <param name="probability">q, in [0, 1).</param>
    internal Binomial(int trials, double probability)
    {
        // From the likeliest count both ways, by the ratio of neighbours: P(k+1)/P(k) = (R−k)/(k+1) · q/(1−q). No power, no logarithm: the same bits everywhere.
        var odds = probability / (1 - probability);
        _least = Math.Min((int)((trials + 1) * probability), trials);
        var weights = new List<double> { 1 };
        for (var k = _least; k < trials && weights[^1] * ((trials - k) * odds / (k + 1)) is var next and > Negligible; k++)
        {
            weights.Add(next);
        }

        weights.Reverse();
        for (; _least > 0 && weights[^1] * (_least / ((trials - _least + 1) * odds)) is var next and > Negligible; _least--)
        {
            weights.Add(next);
        }

        weights.Reverse();
        var sums = new double[weights.Count];
        var sum = 0.0;
        for (var k = 0; k < sums.Length; k++)
        {
            sum += weights[k];
            sums[k] = sum;
        }

        var atMost = new ulong[sums.Length];
        for (var k = 0; k < sums.Length - 1; k++)
        {
            atMost[k] = (ulong)(Math.Min(sums[k] / sum, Math.BitDecrement(1)) * Math.ScaleB(1, 64));
        }

        atMost[^1] = ulong.MaxValue;
        _atMost = [.. atMost];
        var first = new int[1 << FirstBits];
        for (var i = 1; i < first.Length; i++)
        {
            first[i] = CountFrom(first[i - 1], (ulong)i << (64 - FirstBits));
        }

        _first = [.. first];
    }

    /// <summary>The count that a uniform number of 64 bits stands for: the first k with number/2⁶⁴ ≤ P(count ≤ k).</summary>
    internal int Of(ulong number) => _least + CountFrom(_first[(int)(number >> (64 - FirstBits))], number);

    /// <summary>The first from k on, which a processor foresees to be k: most numbers share their first bits with numbers of the same count only.</summary>
    private int CountFrom(int k, ulong number)
    {
        while (number > _atMost[k])
        {
            k++;
        }

        return k;
    }
}
