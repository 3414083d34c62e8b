namespace ToyModels;

/// <summary>Names the shape that a set of directions forms, as <see cref="GeometryLabel"/> words it.</summary>
/// <param name="cosine">Ŵ_i·Ŵ_j of two features.</param>
internal sealed class GeometryLabeler(Func<int, int, double> cosine)
{
    /// <summary>sin² 30°: a direction this near to the span of others adds no dimension. A shape's own dimensions stand at 2/3 and above.</summary>
    private const double NegligibleSquare = 0.25;

    /// <summary>The label of two or more features, none of them zero.</summary>
    internal string Label(int[] features)
    {
        var rank = Rank(features);
        var shape = Shape.OfSize(features.Length).FirstOrDefault(s => s.Rank == rank && s.Matches(features.Select(i => Cosines(i, features))));
        return shape?.Label ?? GeometryLabel.Other;
    }

    private double[] Cosines(int feature, int[] features) => [.. features.Where(j => j != feature).Select(j => cosine(feature, j))];

    /// <summary>
    /// The effective rank, counted no further than one above <see cref="Shape.LargestRank"/>: the Cholesky factorisation of the cosines
    /// with the largest remaining diagonal as pivot (Higham 1990), in which that diagonal is the squared distance from the span so far.
    /// </summary>
    private int Rank(int[] features)
    {
        var distances = new double[features.Length];
        Array.Fill(distances, 1);
        var factor = new double[Shape.LargestRank + 1][];
        for (var rank = 0; ; rank++)
        {
            var pivot = Array.IndexOf(distances, distances.Max());
            var distance = distances[pivot];
            if (distance <= NegligibleSquare || rank > Shape.LargestRank)
            {
                return rank;
            }

            var column = factor[rank] = new double[features.Length];
            for (var i = 0; i < column.Length; i++)
            {
                var product = i == pivot ? 1 : cosine(features[i], features[pivot]);
                for (var k = 0; k < rank; k++)
                {
                    product -= factor[k][i] * factor[k][pivot];
                }

                column[i] = product / Math.Sqrt(distance);
                distances[i] -= column[i] * column[i];
            }
        }
    }
}
