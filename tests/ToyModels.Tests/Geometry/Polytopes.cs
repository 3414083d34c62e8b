namespace ToyModels.Tests;

/// <summary>Unit directions of the solids, each written out from its coordinates.</summary>
internal static class Polytopes
{
    internal static readonly double[][] Poles = [[0, 0, 1], [0, 0, -1]];

    internal static double[][] Tetrahedron => Units([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]);

    internal static double[][] Octahedron => [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], .. Poles];

    internal static double[][] TriangularBipyramid => [.. Ring(3), .. Poles];

    internal static double[][] PentagonalBipyramid => [.. Ring(5), .. Poles];

    internal static double[][] Cube => Units(
        [.. from x in new[] { -1, 1 } from y in new[] { -1, 1 } from z in new[] { -1, 1 } select new double[] { x, y, z }]);

    /// <summary>One direction on each of the six axes of an icosahedron: a tight frame of D = 1/2, as an octahedron is.</summary>
    internal static double[][] IcosahedronAxes
    {
        get
        {
            var golden = (1 + Math.Sqrt(5)) / 2;
            return Units([[0, 1, golden], [0, 1, -golden], [1, golden, 0], [1, -golden, 0], [golden, 0, 1], [-golden, 0, 1]]);
        }
    }

    /// <param name="polarAngle">Angle of every direction with the axis.</param>
    internal static double[][] SquareAntiprism(double polarAngle) =>
    [
        .. from i in Enumerable.Range(0, 8)
           let turn = (i % 4 * Math.PI / 2) + (i < 4 ? 0 : Math.PI / 4)
           select new[]
           {
               Math.Sin(polarAngle) * Math.Cos(turn),
               Math.Sin(polarAngle) * Math.Sin(turn),
               i < 4 ? Math.Cos(polarAngle) : -Math.Cos(polarAngle),
           },
    ];

    /// <summary>The antiprism on which eight equal charges on a sphere come to rest (Thomson's problem).</summary>
    internal static double[][] ThomsonAntiprism()
    {
        var (low, high) = (0.5, 1.3);
        while (high - low > 1e-9)
        {
            var (left, right) = (low + ((high - low) / 3), high - ((high - low) / 3));
            (low, high) = Energy(left) < Energy(right) ? (low, right) : (left, high);
        }

        return SquareAntiprism(low);

        static double Energy(double angle)
        {
            var points = SquareAntiprism(angle);
            return (from i in Enumerable.Range(0, 8)
                    from j in Enumerable.Range(0, i)
                    select 1 / Math.Sqrt(points[i].Zip(points[j], (a, b) => (a - b) * (a - b)).Sum())).Sum();
        }
    }

    /// <summary>A regular k-gon in the first two of three dimensions.</summary>
    internal static double[][] Ring(int k) =>
        [.. Enumerable.Range(0, k).Select(i => new[] { Math.Cos(2 * Math.PI * i / k), Math.Sin(2 * Math.PI * i / k), 0 })];

    /// <summary>Solids side by side, each in dimensions of its own: a tegum product.</summary>
    internal static double[][] Product(params double[][][] factors)
    {
        var dimensions = factors.Sum(f => f[0].Length);
        var first = 0;
        var rows = new List<double[]>();
        foreach (var factor in factors)
        {
            rows.AddRange(factor.Select(v => (double[])[.. new double[first], .. v, .. new double[dimensions - first - v.Length]]));
            first += factor[0].Length;
        }

        return [.. rows];
    }

    /// <summary>The same directions in a space of <paramref name="dimensions"/>, turned at random.</summary>
    internal static double[][] Turned(double[][] directions, int dimensions, int seed)
    {
        var axes = RandomRotation(dimensions, new Random(seed));
        return [.. directions.Select(v => Enumerable.Range(0, dimensions).Select(k => v.Select((x, d) => x * axes[d][k]).Sum()).ToArray())];
    }

    internal static double[][] Scaled(double[][] directions, Func<int, double> length) =>
        [
            .. directions.Select((v, i) =>
            {
                var scale = length(i);
                return v.Select(x => x * scale).ToArray();
            }),
        ];

    internal static float[] Weights(double[][] directions) => [.. directions.SelectMany(v => v).Select(x => (float)x)];

    internal static ToyModel Model(double[][] directions) =>
        new(ToyModelKind.ReluOutput, directions[0].Length, Weights(directions), new float[directions.Length]);

    internal static ModelMetrics Measure(double[][] directions, MetricsOptions? options = null) => Measure(Model(directions), options);

    internal static ModelMetrics Measure(ToyModel model, MetricsOptions? options = null)
    {
        var ones = Enumerable.Repeat(1f, model.FeatureCount).ToArray();
        return ModelMetrics.Measure(model, ones, ones, options);
    }

    /// <summary>Orthonormal rows: Gram–Schmidt, twice, of a random matrix.</summary>
    internal static double[][] RandomRotation(int dimensions, Random random)
    {
        var axes = new double[dimensions][];
        for (var d = 0; d < dimensions; d++)
        {
            var axis = Enumerable.Range(0, dimensions).Select(_ => random.NextDouble() - 0.5).ToArray();
            foreach (var earlier in axes[..d].Concat(axes[..d]))
            {
                var dot = Dot(axis, earlier);
                axis = [.. axis.Zip(earlier, (a, e) => a - (dot * e))];
            }

            axes[d] = Units([axis])[0];
        }

        return axes;
    }

    internal static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[][] Units(double[][] vectors) => [.. vectors.Select(v => v.Select(x => x / Math.Sqrt(Dot(v, v))).ToArray())];
}
