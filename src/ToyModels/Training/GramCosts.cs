namespace ToyModels;

/// <summary>
/// What a batch costs the form over non-zeros where it has a choice, in nanoseconds of one core, as the costs of <see cref="Engines"/> are:
/// fitted once, committed, never measured at run time.
/// </summary>
internal static class GramCosts
{
    /// <summary>Non-zeros of a row from which two panels of sixteen outputs at once pay: each non-zero is looked up once for both.</summary>
    private const int LongRow = 4;

    /// <summary>Features up to which two panels of the Gram matrix and of its gradient fit a nearest cache of 32 KiB.</summary>
    private const int MostFeaturesOfTwoPanels = 128;

    /// <summary>Features up to which rows pass all panels at once.</summary>
    internal const int FeaturesAtOnce = 2 * Lanes.Count;

    /// <summary>Whether rows pass two panels at once; that changes no bit.</summary>
    /// <param name="features">Number of features n.</param>
    /// <param name="present">Non-zeros of a row.</param>
    internal static bool AreTwoPanelsAtOnce(double features, double present) =>
        features <= FeaturesAtOnce || (features <= MostFeaturesOfTwoPanels && present >= LongRow);

    /// <summary>A non-zero through sixteen outputs, one way.</summary>
    internal static double PerPanel(double features, double present) => AreTwoPanelsAtOnce(features, present) ? 0.62 : 0.85;

    /// <summary>Back by the gradient of the Gram matrix: two products of n·n·m once, and each non-zero through all outputs.</summary>
    internal static double BackByGram(double features, double hidden, double present, double perPanel) =>
        (0.032 * features * features * hidden) + (0.4 * features * features) + (perPanel * present * Math.Ceiling(features / Lanes.Count));

    /// <summary>Back by the outputs that live: a few short products for each of them and for each non-zero.</summary>
    internal static double BackByLiveOutputs(double hidden, double present, double live) =>
        (live * (8 + (0.13 * hidden))) + (present * (4 + (0.05 * hidden)));
}
