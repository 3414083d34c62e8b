namespace ToyModels;

/// <summary>
/// What the two ways back of the form over non-zeros cost for one batch, in nanoseconds of one core, as the costs of <see cref="Engines"/> are:
/// fitted once, committed, never measured at run time.
/// </summary>
internal static class WaysBack
{
    /// <summary>By the gradient of the Gram matrix: two products of n·n·m once, and each non-zero through all outputs.</summary>
    internal static double ByGram(double features, double hidden, double present) =>
        (0.032 * features * features * hidden) + (0.4 * features * features) + (0.8 * present * Math.Ceiling(features / Lanes.Count));

    /// <summary>By the outputs that live: a few short products for each of them and for each non-zero.</summary>
    internal static double ByLiveOutputs(double hidden, double present, double live) =>
        (live * (8 + (0.13 * hidden))) + (present * (4 + (0.05 * hidden)));
}
