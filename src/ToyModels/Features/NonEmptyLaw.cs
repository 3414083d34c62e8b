using System.Collections.Immutable;

namespace ToyModels;

/// <summary>
/// How rows of few features are drawn where many rows are empty. The number K of a block's rows that are not is binomial, each one with
/// probability q = 1 − Π(1 − p_i). Those are then drawn feature by feature under the condition that they are not empty: as long as a row has
/// nothing, feature i is present with probability p_i / (1 − Π_{k≥i}(1 − p_k)), which is 1 for the last that can be; after that with p_i. Which
/// K rows of the block they are, any choice as likely as any other, is drawn only where somebody asks for it: a gradient does not.
/// </summary>
internal sealed class NonEmptyLaw
{
    /// <summary>The most features: a row that is not empty is drawn whole, which pays where it has few.</summary>
    internal const int MostFeatures = 6;

    /// <summary>q from which all rows are drawn alike: too few are empty then to pay for the conditions.</summary>
    private const double MostNonEmpty = 0.8;

    /// <summary>Densities below this leave too little of 31 bits for their conditions.</summary>
    private const float LeastDensity = 1f / (1 << 16);

    /// <summary>Below this density what is left of the 31 bits that decide on presence is too little for a value, which gets bits of its own.</summary>
    private const float LeastSharing = 1f / (1 << 8);

    private NonEmptyLaw(FeatureDistribution distribution, int rows)
    {
        var densities = distribution.Densities;
        HasOwnValues = densities.Any(density => density is > 0 and < LeastSharing);
        Features = [.. densities.Select((density, i) => new Feature(Present(density == 0 ? 0 : density / NonEmptyFrom(densities.AsSpan(), i)), Present(density)))];
        Shift = Presence.ShiftOf(distribution.Range);
        Count = new Binomial(rows, NonEmptyFrom(densities.AsSpan(), 0));

        Presence Present(double probability) => new(probability, distribution.Range, HasOwnValues);
    }

    /// <summary>What each feature needs.</summary>
    internal ImmutableArray<Feature> Features { get; }

    /// <summary>Whether a value is drawn by itself, rather than from what decided on presence.</summary>
    internal bool HasOwnValues { get; }

    /// <summary>From integer to value: value = u·scale + shift.</summary>
    internal float Shift { get; }

    /// <summary>K.</summary>
    internal Binomial Count { get; }

    /// <summary>Whether rows of such densities are drawn under the condition that they are not empty.</summary>
    internal static bool Holds(ReadOnlySpan<float> densities)
    {
        foreach (var density in densities)
        {
            if (density is not (0 or >= LeastDensity))
            {
                return false;
            }
        }

        return densities.Length <= MostFeatures && NonEmptyFrom(densities, 0) <= MostNonEmpty;
    }

    /// <summary>The law of a distribution, for blocks of <paramref name="rows"/> rows; null where its rows are drawn in another way.</summary>
    internal static NonEmptyLaw? Of(FeatureDistribution distribution, int rows) =>
        Holds(distribution.Densities.AsSpan()) ? new NonEmptyLaw(distribution, rows) : null;

    /// <summary>1 − Π(1 − p_k) over the features from one on.</summary>
    private static double NonEmptyFrom(ReadOnlySpan<float> densities, int first)
    {
        var nonEmpty = 0.0;
        for (var k = densities.Length - 1; k >= first; k--)
        {
            nonEmpty = densities[k] + ((1 - (double)densities[k]) * nonEmpty);
        }

        return nonEmpty;
    }

    /// <summary>One feature: as bits, so that a mask can choose between the two <see cref="Presence"/> that it has.</summary>
    internal readonly struct Feature(Presence first, Presence after)
    {
        /// <summary><see cref="Presence.Last"/> in a row that has a non-zero already.</summary>
        internal readonly int LastAfter = after.Last;

        /// <summary>Its bits that differ in a row that has none so far.</summary>
        internal readonly int LastFirst = after.Last ^ first.Last;

        /// <summary>The bits of <see cref="Presence.Scale"/> in a row that has a non-zero already.</summary>
        internal readonly int ScaleAfter = BitConverter.SingleToInt32Bits(after.Scale);

        /// <summary>Those that differ in a row that has none so far.</summary>
        internal readonly int ScaleFirst = BitConverter.SingleToInt32Bits(after.Scale) ^ BitConverter.SingleToInt32Bits(first.Scale);
    }
}
