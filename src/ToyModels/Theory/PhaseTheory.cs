namespace ToyModels;

/// <summary>What two features share one hidden dimension as.</summary>
public enum TwoFeaturePhase
{
    /// <summary>The first feature is represented, the second ignored.</summary>
    FirstOnly,

    /// <summary>The second feature is represented, the first ignored.</summary>
    SecondOnly,

    /// <summary>Both are represented, as an antipodal pair.</summary>
    Antipodal,
}

/// <summary>
/// The phase diagram of two features in one hidden dimension (n = 2, m = 1): ReLU output, values on [0, 1), importances 1 and r,
/// density p (Elhage et al. 2022, "Superposition as a Phase Change"; the losses after Wattenberg).
/// </summary>
/// <remarks>
/// The losses are exact for the models that they name: unit weights, W = (1, 0), (0, 1) or (1, −1), no bias but that of an ignored
/// feature. They bound the best possible loss from above, and are not it: an antipodal pair gains from norms above 1 and small positive
/// biases, which answer the rows in which both features are present. Minimised over all weights and biases, its loss at r = 1 is lower by
/// 2.3 % at p = 0.3 and by 14 % at p = 4/7, and by next to nothing at low density. The antipodal phase of trained models
/// therefore reaches higher than <see cref="BoundaryDensity"/>: to p = 0.18 (not 0.16) at r = 0.1, and to 0.48 (not 0.44) at r = 0.5.
/// </remarks>
public static class PhaseTheory
{
    /// <summary>Where the three phases meet: r = 1.</summary>
    public const double TriplePointImportance = 1;

    /// <summary>Where the three phases meet: p = 4/7.</summary>
    public const double TriplePointDensity = 4.0 / 7;

    /// <summary>
    /// Expected loss of a model: an ignored feature with its best bias p/2 costs its importance·(p/3 − p²/4), its variance; the antipodal pair
    /// costs (1 + r)·p²/6, all of it from rows in which both are present.
    /// </summary>
    /// <param name="phase">The model.</param>
    /// <param name="relativeImportance">r, importance of the second feature over that of the first; zero or positive.</param>
    /// <param name="density">p in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public static double Loss(TwoFeaturePhase phase, double relativeImportance, double density)
    {
        Guard.NotNegative((float)relativeImportance, nameof(relativeImportance));
        Guard.Within((float)density, 0, 1, nameof(density));
        var variance = (density / 3) - (density * density / 4);
        return Guard.Defined(phase) switch
        {
            TwoFeaturePhase.FirstOnly => relativeImportance * variance,
            TwoFeaturePhase.SecondOnly => variance,
            _ => (1 + relativeImportance) * density * density / 6,
        };
    }

    /// <summary>The phase of lowest <see cref="Loss"/>; of equals the first in the order of <see cref="TwoFeaturePhase"/>.</summary>
    /// <param name="relativeImportance">r, zero or positive.</param>
    /// <param name="density">p in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public static TwoFeaturePhase Best(double relativeImportance, double density) =>
        Enum.GetValues<TwoFeaturePhase>().MinBy(phase => Loss(phase, relativeImportance, density));

    /// <summary>
    /// The density below which the antipodal pair is best: p = 4r/(2 + 5r) for r ≤ 1 (against the first alone), 4/(5 + 2r) for
    /// r ≥ 1 (against the second alone).
    /// </summary>
    /// <param name="relativeImportance">r, zero or positive.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="relativeImportance"/> is outside its range.</exception>
    public static double BoundaryDensity(double relativeImportance)
    {
        Guard.NotNegative((float)relativeImportance, nameof(relativeImportance));
        return relativeImportance <= 1
            ? 4 * relativeImportance / (2 + (5 * relativeImportance))
            : 4 / (5 + (2 * relativeImportance));
    }
}
