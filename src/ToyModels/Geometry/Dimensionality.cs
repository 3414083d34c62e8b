namespace ToyModels;

/// <summary>
/// The share of a dimension that each of a set of vectors has to itself: D_i = ‖v_i‖² / Σ_j (v̂_i·v_j)².
/// </summary>
/// <remarks>
/// One formula, two uses: over the columns W_i it is a feature's dimensionality (Elhage et al. 2022, "The Geometry of Superposition";
/// capacity in Scherlis et al. 2022, section 2), over the hidden vectors h_i of training rows it is a data point's (Henighan et al. 2023).
/// </remarks>
public static class Dimensionality
{
    /// <summary>Measures every vector against all of them, in O(count² · width) time, without a matrix of all pairs.</summary>
    /// <param name="vectors">The vectors one after the other: W feature-major, or hidden vectors row by row. Finite.</param>
    /// <param name="width">Length of a vector, at least 1; divides the length of <paramref name="vectors"/>.</param>
    /// <returns>One value in [0, 1] a vector; 0 for a zero vector. Their sum is at most the rank of the set.</returns>
    /// <exception cref="ArgumentException"><paramref name="vectors"/> holds no whole number of vectors, or a number that is not finite.</exception>
    public static float[] Measure(ReadOnlySpan<float> vectors, int width)
    {
        Guard.AtLeast(width, 1);
        if (vectors.Length % width != 0)
        {
            throw new ArgumentException($"vectors has {vectors.Length} elements, which is not a multiple of the width {width}.", nameof(vectors));
        }

        for (var i = 0; i < vectors.Length; i++)
        {
            if (!float.IsFinite(vectors[i]))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Element {i % width} of vector {i / width} is {vectors[i]}; vectors must be finite."), nameof(vectors));
            }
        }

        var rows = new WideRows(vectors, width);
        var others = new double[rows.Count];
        var row = 0;
        foreach (var dots in rows.UpperRows())
        {
            // Each pair comes once, and counts for both; a row's own chain still runs over the others in order.
            var pairs = dots.Span[1..];
            var later = others.AsSpan(row + 1);
            var sum = others[row];
            for (var j = 0; j < pairs.Length; j++)
            {
                var square = pairs[j] * pairs[j];
                sum += square;
                later[j] += square;
            }

            others[row++] = sum;
        }

        return [.. others.Select((sum, i) => (float)Share(rows.SquaredNorms[i], sum))];
    }

    /// <summary>‖v_i‖⁴ / (‖v_i‖⁴ + Σ_{j≠i} (v_i·v_j)²): the same ratio with nothing to cancel, hence never above 1; 0 for a zero vector.</summary>
    internal static double Share(double squaredNorm, double otherSquaredDots) =>
        squaredNorm > 0 ? squaredNorm * squaredNorm / ((squaredNorm * squaredNorm) + otherSquaredDots) : 0;
}
