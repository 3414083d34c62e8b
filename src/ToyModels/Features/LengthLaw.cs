using System.Collections.Immutable;

namespace ToyModels;

/// <summary>
/// How rows of features that are all present with one small probability p are drawn. The number K of a block's rows that are not empty is binomial,
/// each one with probability q = 1 − (1 − p)ⁿ; each of those has ℓ ≥ 1 non-zeros with probability C(n, ℓ) pˡ (1 − p)ⁿ⁻ˡ / q. Rows of one length are drawn
/// side by side: which ℓ of the n features, any choice as likely as any other, then their values. Which K rows of the block they are, any choice as likely as
/// any other, is drawn only where somebody asks for it. So the cost is that of the non-zeros, and training finds rows of one length together.
/// </summary>
internal sealed class LengthLaw
{
    /// <summary>The fewest features: below, rows that are not empty are drawn whole.</summary>
    private const int LeastFeatures = NonEmptyLaw.MostFeatures + 1;

    /// <summary>The most: with more, the rows of a block would take much room where somebody wants them whole.</summary>
    private const int MostFeatures = 512;

    /// <summary>Features up to which rows may have any number of non-zeros on average.</summary>
    private const int FeaturesOfLongRows = 256;

    /// <summary>The most non-zeros of a row, on average, with more features: choosing them costs the square of their number.</summary>
    private const int MostOfShortRows = 8;

    private LengthLaw(FeatureDistribution distribution, int rows)
    {
        var n = distribution.Count;
        double density = distribution.Densities[0];
        var nonEmpty = 0.0;
        for (var i = 0; i < n; i++)
        {
            nonEmpty = density + ((1 - density) * nonEmpty);
        }

        Count = new Binomial(rows, nonEmpty);
        Value = new Presence(1, distribution.Range);
        Shift = Presence.ShiftOf(distribution.Range);

        // P(ℓ) by the ratio of neighbours from ℓ = 1 on, as far as they reach 2⁻³² of all.
        var odds = density / (1 - density);
        var weights = new List<double> { 1 };
        var sum = 1.0;
        for (var length = 1; length < n; length++)
        {
            weights.Add(weights[^1] * ((n - length) * odds / (length + 1)));
            sum += weights[^1];
        }

        var last = ImmutableArray.CreateBuilder<int>();
        var atMost = 0.0;
        for (var length = 1; length < n; length++)
        {
            atMost += weights[length - 1];
            var numbers = (long)((atMost / sum * (1L << 31)) + 0.5);
            if (numbers >= 1L << 31)
            {
                break;
            }

            last.Add((int)numbers - 1);
        }

        LastOfLength = last.ToImmutable();
        Choice = [.. Enumerable.Range(0, LastOfLength.Length + 1).Select(chosen => Below(n - chosen))];
    }

    /// <summary>K.</summary>
    internal Binomial Count { get; }

    /// <summary>The last of the integers u, uniform on [0, 2³¹), that stands for a length up to ℓ, at [ℓ − 1]; those behind the last stand for one more.</summary>
    internal ImmutableArray<int> LastOfLength { get; }

    /// <summary>⌊u·Choice⌋ chooses one of the features that are left when so many are chosen.</summary>
    internal ImmutableArray<float> Choice { get; }

    /// <summary>From integer to value: value = u·scale + shift.</summary>
    internal Presence Value { get; }

    /// <summary>See <see cref="Value"/>.</summary>
    internal float Shift { get; }

    /// <summary>Whether rows of such densities are drawn length by length.</summary>
    internal static bool Holds(ReadOnlySpan<float> densities) =>
        densities.Length is >= LeastFeatures and <= MostFeatures
        && densities[0] > 0
        && densities[0] < DensityRun.DenseFrom(densities.Length)
        && (densities.Length <= FeaturesOfLongRows || (double)densities[0] * densities.Length <= MostOfShortRows)
        && densities.Count(densities[0]) == densities.Length;

    /// <summary>The law of a distribution, for blocks of <paramref name="rows"/> rows; null where its rows are drawn in another way.</summary>
    internal static LengthLaw? Of(FeatureDistribution distribution, int rows) =>
        Holds(distribution.Densities.AsSpan()) ? new LengthLaw(distribution, rows) : null;

    /// <summary>The largest number whose product with any integer below 2³¹ stays below <paramref name="end"/>.</summary>
    private static float Below(int end)
    {
        const float integers = 1L << 31;
        var scale = end / integers;
        while (integers * scale >= end)
        {
            scale = MathF.BitDecrement(scale);
        }

        return scale;
    }
}
