namespace ToyModels;

/// <summary>How nearly orthogonal many directions can be in few dimensions.</summary>
public static class NearOrthogonality
{
    /// <summary>
    /// The Welch bound √((N − m) / (m (N − 1))): among N unit vectors in m dimensions some pair has at least this |cosine|
    /// (Welch 1974, "Lower bounds on the maximum cross correlation of signals").
    /// </summary>
    /// <param name="vectors">N, zero or positive.</param>
    /// <param name="dimensions">m, at least 1.</param>
    /// <returns>In [0, 1]; 0 where the vectors can be orthogonal, N ≤ m.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is outside its range.</exception>
    public static double WelchBound(int vectors, int dimensions)
    {
        Guard.AtLeast(vectors, 0);
        Guard.AtLeast(dimensions, 1);
        return vectors <= dimensions ? 0 : Math.Sqrt(((double)vectors - dimensions) / (dimensions * (vectors - 1.0)));
    }
}
