namespace ToyModels;

/// <summary>
/// The closed list of geometry labels: the shape that the directions of a feature's component form
/// (Elhage et al. 2022, "The Geometry of Superposition").
/// </summary>
/// <remarks>
/// <para>A label names directions Ŵ_i, not lengths: an antipodal pair of unequal norms is a digon all the same, while its reported D_i
/// leave ½. A component has the shape of the list whose number of features and rank it has, when each direction has the shape's
/// dimensionality within the relative <see cref="DimensionalityTolerance"/> and the shape's cosines, in order of size, within
/// <see cref="CosineTolerance"/>; dimensionality here counts the component's directions alone. Dimensionality by itself does not see
/// signs and does not tell tight frames apart: without the cosines two features in one direction would pass for a digon, and a cube
/// (also 3/8) for a square antiprism. The rank counts directions that stand at least 30° off the span of those before them.</para>
/// <para>What a label cannot tell: components are tegum factors, sets of directions orthogonal to all others, and three solids are
/// products of such factors. An octahedron is three digons, a triangular bipyramid a triangle and a digon, a pentagonal bipyramid a
/// pentagon and a digon; a square is two digons. In a hidden space of three dimensions the represented features together can be only one
/// solid, so there its name is given to all of them, though <see cref="FeatureMetrics.Component"/> still tells the factors. In
/// larger spaces any digon could be paired with any other factor, and each factor keeps its own name. Factors that lean on each
/// other by more than the component threshold are one component, and carry the product's name in any space: four directions that
/// are nearly a square are a 4-gon.</para>
/// </remarks>
public static class GeometryLabel
{
    /// <summary>The feature is not represented.</summary>
    public const string NotLearned = "not-learned";

    /// <summary>A dimension of its own: alone in its component, and D_i = 1 within the tolerance, the whole model counted.</summary>
    public const string Dedicated = "dedicated";

    /// <summary>Two antipodal directions; D = 1/2.</summary>
    public const string Digon = "digon";

    /// <summary>Three directions at 120° in a plane; D = 2/3.</summary>
    public const string Triangle = "triangle";

    /// <summary>Five directions at 72° in a plane; D = 2/5.</summary>
    public const string Pentagon = "pentagon";

    /// <summary>Four directions in three dimensions; D = 3/4.</summary>
    public const string Tetrahedron = "tetrahedron";

    /// <summary>Three antipodal pairs on orthogonal axes; D = 1/2.</summary>
    public const string Octahedron = "octahedron";

    /// <summary>Eight directions in three dimensions, two squares turned by 45°; D = 3/8.</summary>
    public const string SquareAntiprism = "square-antiprism";

    /// <summary>A triangle (D = 2/3) and the digon on its axis (D = 1/2).</summary>
    public const string TriangularBipyramid = "triangular-bipyramid";

    /// <summary>A pentagon (D = 2/5) and the digon on its axis (D = 1/2).</summary>
    public const string PentagonalBipyramid = "pentagonal-bipyramid";

    /// <summary>Represented, but in no shape of the list.</summary>
    public const string Other = "other";

    /// <summary>A direction's dimensionality may differ from its shape's by this part of it: |D / D_shape − 1| ≤ 0.1.</summary>
    public const double DimensionalityTolerance = 0.1;

    /// <summary>A cosine may differ from its shape's by this much; in a k-gon never by more than π/k, half the way to the next vertex.</summary>
    public const double CosineTolerance = 0.2;

    /// <summary>A regular k-gon, D = 2/k: "4-gon", "6-gon" and so on; digon, triangle and pentagon go by their names.</summary>
    /// <param name="k">Number of directions, at least 2.</param>
    public static string Polygon(int k) => Guard.AtLeast(k, 2) switch
    {
        2 => Digon,
        3 => Triangle,
        5 => Pentagon,
        _ => FormattableString.Invariant($"{k}-gon"),
    };
}
