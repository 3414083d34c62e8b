namespace ToyModels;

/// <summary>A set of unit directions of the list of <see cref="GeometryLabel"/>, up to rotation and order.</summary>
internal sealed class Shape
{
    /// <summary>Rank of the largest solids.</summary>
    internal const int LargestRank = 3;

    private static readonly Shape[] _solids =
    [
        new(GeometryLabel.Tetrahedron, [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]),
        new(GeometryLabel.TriangularBipyramid, [.. Ring(3), .. Poles]),
        new(GeometryLabel.Octahedron, [.. Ring(4), .. Poles]),
        new(GeometryLabel.PentagonalBipyramid, [.. Ring(5), .. Poles]),
        new(GeometryLabel.SquareAntiprism, [.. Ring(4, height: Math.Sqrt(0.5)), .. Ring(4, turn: 0.5, height: -Math.Sqrt(0.5))]),
    ];

    private static readonly int _largestSolid = _solids.Max(s => s._corners.Sum(c => c.Count));

    private readonly Corner[] _corners;
    private readonly double _cosineTolerance = GeometryLabel.CosineTolerance;

    private Shape(string label, IReadOnlyList<(double X, double Y, double Z)> directions)
    {
        Label = label;
        Rank = LargestRank;
        _corners =
        [
            .. directions
                .Select(a => SortedCosines(directions.Where(b => b != a).Select(b => Cosine(a, b))))
                .GroupBy(cosines => Math.Round(SumOfSquares(cosines), 6))
                .Select(group => new Corner(group.Count(), group.First())),
        ];
    }

    private Shape(int k)
    {
        Label = GeometryLabel.Polygon(k);
        Rank = k == 2 ? 1 : 2;
        _cosineTolerance = Math.Min(_cosineTolerance, Math.PI / k);
        _corners = [new Corner(k, SortedCosines(Enumerable.Range(1, k - 1).Select(step => Math.Cos(2 * Math.PI * step / k))))];
    }

    private static (double, double, double)[] Poles => [(0, 0, 1), (0, 0, -1)];

    internal string Label { get; }

    internal int Rank { get; }

    /// <summary>The shapes of that many directions.</summary>
    internal static IEnumerable<Shape> OfSize(int size)
    {
        if (size <= _largestSolid)
        {
            foreach (var solid in _solids.Where(s => s._corners.Sum(c => c.Count) == size))
            {
                yield return solid;
            }
        }

        yield return new Shape(size);
    }

    /// <summary>Whether directions form this shape; each comes as its cosines with all others.</summary>
    internal bool Matches(IEnumerable<double[]> directions)
    {
        Span<int> missing = stackalloc int[_corners.Length];
        for (var c = 0; c < missing.Length; c++)
        {
            missing[c] = _corners[c].Count;
        }

        foreach (var cosines in directions)
        {
            Array.Sort(cosines);
            var corner = Array.FindIndex(_corners, c => IsAt(c, cosines));
            if (corner < 0 || --missing[corner] < 0)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsAt(Corner corner, double[] cosines)
    {
        if (Math.Abs((Dimensionality.Share(1, SumOfSquares(cosines)) / corner.Dimensionality) - 1) > GeometryLabel.DimensionalityTolerance)
        {
            return false;
        }

        for (var i = 0; i < cosines.Length; i++)
        {
            if (Math.Abs(cosines[i] - corner.Cosines[i]) > _cosineTolerance)
            {
                return false;
            }
        }

        return true;
    }

    private static double SumOfSquares(double[] values) => values.Sum(v => v * v);

    private static double[] SortedCosines(IEnumerable<double> cosines) => [.. cosines.Order()];

    private static IEnumerable<(double, double, double)> Ring(int k, double turn = 0, double height = 0) =>
        Enumerable.Range(0, k).Select(i => (Math.Cos(2 * Math.PI * (i + turn) / k), Math.Sin(2 * Math.PI * (i + turn) / k), height));

    private static double Cosine((double X, double Y, double Z) a, (double X, double Y, double Z) b) => Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));

    private static double Dot((double X, double Y, double Z) a, (double X, double Y, double Z) b) => (a.X * b.X) + (a.Y * b.Y) + (a.Z * b.Z);

    /// <summary>One or more directions that see the same cosines around them.</summary>
    private sealed record Corner(int Count, double[] Cosines)
    {
        internal double Dimensionality { get; } = ToyModels.Dimensionality.Share(1, SumOfSquares(Cosines));
    }
}
