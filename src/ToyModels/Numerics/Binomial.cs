using System.Collections.Immutable;
using System.Numerics;

namespace ToyModels;

/// <summary>Draws how many of R independent trials succeed, each with probability q.</summary>
internal sealed class Binomial
{
    /// <summary>Counts whose probability is below this part of the largest are never drawn: all of them together are rarer than the resolution of a draw.</summary>
    private const double Negligible = 1.0 / (1L << 60) / (1L << 20);

    private readonly int _least;

    // The last number that stands for a count up to least + k, P(count ≤ least + k)·2⁶⁴; from the largest count on the last there is. As many as a power of two.
    private readonly ImmutableArray<ulong> _atMost;

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

        var atMost = new ulong[BitOperations.RoundUpToPowerOf2((uint)sums.Length)];
        Array.Fill(atMost, ulong.MaxValue);
        for (var k = 0; k < sums.Length - 1; k++)
        {
            atMost[k] = (ulong)(Math.Min(sums[k] / sum, Math.BitDecrement(1)) * Math.ScaleB(1, 64));
        }

        _atMost = [.. atMost];
    }

    /// <summary>The count that a uniform number of 64 bits stands for: the first k with number/2⁶⁴ ≤ P(count ≤ k).</summary>
    internal int Of(ulong number)
    {
        // Without a branch: which half is right is not to be foreseen.
        var atMost = _atMost.AsSpan();
        var k = 0;
        for (var half = atMost.Length / 2; half > 0; half /= 2)
        {
            k += number > atMost[k + half - 1] ? half : 0;
        }

        return _least + k;
    }
}
