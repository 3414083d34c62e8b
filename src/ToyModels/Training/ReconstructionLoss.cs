namespace ToyModels;

/// <summary>
/// The loss of one row, Σ_i I_i (x_i − x'_i)² (Elhage et al. 2022, "Problem setup"), outside training. Terms are added in double precision, in
/// the order of the features, so that the result is the same everywhere.
/// </summary>
public static class ReconstructionLoss
{
    /// <summary>The loss of a row.</summary>
    /// <param name="features">x, n values.</param>
    /// <param name="reconstruction">x', n values.</param>
    /// <param name="importances">I, n values.</param>
    /// <param name="reduction">Whether the sum over features is divided by n.</param>
    public static double OfRow(ReadOnlySpan<float> features, ReadOnlySpan<float> reconstruction, ReadOnlySpan<float> importances, LossReduction reduction)
    {
        Guard.Length(reconstruction.Length, features.Length, nameof(reconstruction), "one for each feature");
        Guard.Length(importances.Length, features.Length, nameof(importances), "one for each feature");
        var sum = 0.0;
        for (var i = 0; i < features.Length; i++)
        {
            sum += Term(features[i], reconstruction[i], importances[i]);
        }

        return sum / Divisor(features.Length, reduction);
    }

    /// <summary>Adds what each feature adds to the loss of a row; the sum over features of what is added is the loss.</summary>
    /// <param name="features">x, n values.</param>
    /// <param name="reconstruction">x', n values.</param>
    /// <param name="importances">I, n values.</param>
    /// <param name="reduction">Whether the sum over features is divided by n.</param>
    /// <param name="losses">Sums to add to, n values.</param>
    public static void AddPerFeature(
        ReadOnlySpan<float> features, ReadOnlySpan<float> reconstruction, ReadOnlySpan<float> importances, LossReduction reduction, Span<double> losses)
    {
        Guard.Length(reconstruction.Length, features.Length, nameof(reconstruction), "one for each feature");
        Guard.Length(importances.Length, features.Length, nameof(importances), "one for each feature");
        Guard.Length(losses.Length, features.Length, nameof(losses), "one for each feature");
        var divisor = Divisor(features.Length, reduction);
        for (var i = 0; i < features.Length; i++)
        {
            losses[i] += Term(features[i], reconstruction[i], importances[i]) / divisor;
        }
    }

    private static double Term(float feature, float reconstruction, float importance)
    {
        var error = (double)feature - reconstruction;
        return importance * error * error;
    }

    private static int Divisor(int count, LossReduction reduction) => reduction == LossReduction.MeanOverFeatures ? count : 1;
}
