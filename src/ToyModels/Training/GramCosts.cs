namespace ToyModels;

/// <summary>
/// What a batch costs the form over non-zeros, forward and back either way, in nanoseconds of one core, as the costs of <see cref="Engines"/> are:
/// fitted once, committed, never measured at run time.
/// </summary>
internal static class GramCosts
{
    /// <summary>Non-zeros of a row from which two panels of sixteen outputs at once pay: each non-zero is looked up once for both.</summary>
    private const int LongRow = 4;

    /// <summary>Features up to which two panels of the Gram matrix and of its gradient fit a nearest cache of 32 KiB.</summary>
    private const int MostFeaturesOfTwoPanels = 128;

    /// <summary>Features from which the targets of 1024 rows do not stay in a second cache of 512 KiB.</summary>
    private const int FeaturesOfFarTargets = 128;

    /// <summary>Features from which the Gram matrix and its gradient, 8 MB then, leave what a core has of the last cache.</summary>
    private const int FeaturesOfFarMatrices = 1000;

    /// <summary>Features up to which rows pass all panels at once.</summary>
    internal const int FeaturesAtOnce = 2 * Lanes.Count;

    /// <summary>Whether rows pass two panels at once; that changes no bit.</summary>
    /// <param name="features">Number of features n.</param>
    /// <param name="present">Non-zeros of a row.</param>
    internal static bool AreTwoPanelsAtOnce(double features, double present) =>
        features <= FeaturesAtOnce || (features <= MostFeaturesOfTwoPanels && present >= LongRow);

    /// <summary>A batch through all outputs, forward alone; a row costs more where it does not pass all panels at once.</summary>
    /// <param name="features">Number of features n.</param>
    /// <param name="rows">Rows of the batch that have non-zeros.</param>
    /// <param name="present">Non-zeros of the batch.</param>
    internal static double Forward(double features, double rows, double present) =>
        (features <= FeaturesAtOnce ? 0 : 4 * rows) + (((1.1 * rows) + (PerPanel(features, rows, present) * present)) * Panels(features));

    /// <summary>
    /// Back by the gradient of the Gram matrix: one product of n·n·m, n·n numbers that are cleared and added to their mirror image, and each non-zero
    /// through all outputs; and its target, from a matrix where rows do not pass all panels at once.
    /// </summary>
    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Number of hidden dimensions m.</param>
    /// <param name="rows">Rows of the batch that have non-zeros.</param>
    /// <param name="present">Non-zeros of the batch.</param>
    internal static double BackByGram(double features, double hidden, double rows, double present)
    {
        var target = features <= FeaturesAtOnce ? 0 : features < FeaturesOfFarTargets ? 3 : 7;
        var element = features < FeaturesOfFarMatrices ? 0.45 : 2.5;
        return (((0.02 * hidden) + element) * features * features) + (present * ((PerPanel(features, rows, present) * Panels(features)) + target));
    }

    /// <summary>Back by the outputs that live: each row's outputs are looked through, then a few short products for each that lives and for each non-zero.</summary>
    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Number of hidden dimensions m.</param>
    /// <param name="rows">Rows of the batch that have non-zeros.</param>
    /// <param name="present">Non-zeros of the batch.</param>
    /// <param name="live">Its outputs that live.</param>
    internal static double BackByLiveOutputs(double features, double hidden, double rows, double present, double live)
    {
        var product = Math.Ceiling(hidden / Lanes.Count) * Lanes.Count;
        return (2.3 * rows * Panels(features)) + (present * (9 + (0.16 * product))) + (live * (3.2 + (0.114 * product)));
    }

    /// <summary>A non-zero through sixteen outputs, one way.</summary>
    private static double PerPanel(double features, double rows, double present) => AreTwoPanelsAtOnce(features, present / Math.Max(rows, 1)) ? 0.62 : 0.85;

    private static double Panels(double features) => Math.Ceiling(features / Lanes.Count);
}
