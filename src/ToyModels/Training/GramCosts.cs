namespace ToyModels;

/// <summary>
/// What a batch costs the form over non-zeros, either way, in nanoseconds of one core, as the costs of <see cref="Engines"/> are:
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

    /// <summary>Rows that have a gradient of their own where a batch goes by the outputs that live: fewer would share it among more threads, and cost more.</summary>
    internal const int SegmentRows = 256;

    /// <summary>Whether rows pass two panels at once, or four where a vector holds a whole panel, and not half as many; that changes no bit.</summary>
    /// <param name="features">Number of features n.</param>
    /// <param name="present">Non-zeros of a row.</param>
    internal static bool AreMorePanelsAtOnce(double features, double present) =>
        features <= FeaturesAtOnce || (features <= MostFeaturesOfTwoPanels && present >= LongRow);

    /// <summary>
    /// Through all outputs and back by the gradient of the Gram matrix. Once a step that matrix, half a product of n·n·m, and back through its gradient a whole one, whose
    /// n·n numbers are cleared and added to their mirror image; then each row and each non-zero through all outputs, the latter both ways. Where rows do not pass all
    /// panels at once, a row costs more, and a non-zero takes its target from a matrix.
    /// </summary>
    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Number of hidden dimensions m.</param>
    /// <param name="rows">Rows of the batch that have non-zeros.</param>
    /// <param name="present">Non-zeros of the batch.</param>
    internal static double ByGram(double features, double hidden, double rows, double present)
    {
        var isAtOnce = features <= FeaturesAtOnce;
        var target = isAtOnce ? 0 : features < FeaturesOfFarTargets ? 3 : 7;
        var element = features < FeaturesOfFarMatrices ? 0.45 : 2.5;
        var panels = Math.Ceiling(features / Lanes.Count);
        var ofPanel = AreMorePanelsAtOnce(features, present / Math.Max(rows, 1)) ? 0.62 : 0.85;
        return Gram(features, hidden) + (((0.02 * hidden) + element) * features * features)
            + (rows * ((isAtOnce ? 0 : 4) + (1.1 * panels))) + (present * ((2 * ofPanel * panels) + target));
    }

    /// <summary>
    /// Through the outputs that live: each row looks through all of them in whole numbers; each non-zero is looked up, and multiplied by rows of W and of h as outputs
    /// that live are; segments of rows each have a gradient. The Gram matrix is taken so seldom that it shows only where it is far. Fitted to 24 workloads of 14 shapes,
    /// 64×8 to 4000×64, while they trained, each both ways in turn, which it missed by 9 % in the root mean square, and by 24 % at most; less 0.15 ns for each number of a row of W and
    /// each non-zero, which margins of the screen cost then and do not cost now, as measured for 400×30 to 1000×100.
    /// </summary>
    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Number of hidden dimensions m.</param>
    /// <param name="rows">Rows of the batch that have non-zeros.</param>
    /// <param name="present">Non-zeros of the batch.</param>
    /// <param name="live">Its outputs that live.</param>
    internal static double ByLiveOutputs(double features, double hidden, double rows, double present, double live)
    {
        var length = Math.Ceiling((hidden + 1) / 8) * 8;
        var outOfRegisters = 0.34 * Math.Max(length - 32, 0);
        return (features < FeaturesOfFarMatrices ? 0 : 0.57 * features * features) + (4.8 * rows * Math.Ceiling(features / OutputScreen.BlockColumns))
            + (present * (26 + (0.14 * length) + outOfRegisters)) + (live * (3.4 + (0.08 * length) + outOfRegisters))
            + (0.62 * Math.Ceiling(rows / SegmentRows) * features * length);
    }

    /// <summary>The Gram matrix.</summary>
    internal static double Gram(double features, double hidden) => 0.018 * features * features * hidden;

    /// <summary>Outputs that the screen lets pass though they are dead.</summary>
    internal static double InVain(double outputs) => 10 * outputs;
}
