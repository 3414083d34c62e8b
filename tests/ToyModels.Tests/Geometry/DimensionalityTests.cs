namespace ToyModels.Tests;

/// <summary>The fractions of Elhage et al. 2022, "The Geometry of Superposition", each from its solid.</summary>
public class DimensionalityTests
{
    public static TheoryData<string, double> Uniform => new()
    {
        { "tetrahedron", 3.0 / 4 },
        { "triangle", 2.0 / 3 },
        { "digon", 1.0 / 2 },
        { "octahedron", 1.0 / 2 },
        { "pentagon", 2.0 / 5 },
        { "cube", 3.0 / 8 },
        { "tight antiprism", 3.0 / 8 },
        { "heptagon", 2.0 / 7 },
    };

    [Theory]
    [MemberData(nameof(Uniform))]
    public void Uniform_solid_gives_every_direction_its_fraction(string solid, double fraction)
    {
        var directions = Directions(solid);
        Assert.All(Dimensionality.Measure(Polytopes.Weights(directions), 3), d => Assert.Equal(fraction, d, 1e-6));
    }

    [Fact]
    public void Thomson_antiprism_has_0_3744()
    {
        var measured = Dimensionality.Measure(Polytopes.Weights(Polytopes.ThomsonAntiprism()), 3);
        Assert.All(measured, d => Assert.Equal(0.3744, d, 0.00005));
    }

    [Fact]
    public void Triangular_bipyramid_splits_into_two_thirds_and_one_half() =>
        AssertEach([2 / 3.0, 2 / 3.0, 2 / 3.0, 0.5, 0.5], Polytopes.TriangularBipyramid);

    [Fact]
    public void Pentagonal_bipyramid_splits_into_two_fifths_and_one_half() =>
        AssertEach([0.4, 0.4, 0.4, 0.4, 0.4, 0.5, 0.5], Polytopes.PentagonalBipyramid);

    [Fact]
    public void Unequal_lengths_weigh_against_the_shorter_of_a_digon() =>
        AssertEach([0.8, 0.2], [[1, 0, 0], [-0.5, 0, 0]]);

    [Fact]
    public void Zero_vector_has_no_dimensionality_and_takes_none() =>
        AssertEach([1, 0, 1], [[2, 0, 0], [0, 0, 0], [0, 3, 0]]);

    [Fact]
    public void Data_points_on_a_polygon_share_the_plane_evenly()
    {
        // T training rows in the small-data limit stand on a T-gon: D = m/T (Henighan et al. 2023).
        const int rows = 12;
        var hidden = Enumerable.Range(0, rows).SelectMany(t => new[] { 3 * MathF.Cos(MathF.Tau * t / rows), 3 * MathF.Sin(MathF.Tau * t / rows) }).ToArray();
        Assert.All(Dimensionality.Measure(hidden, 2), d => Assert.Equal(2.0 / rows, d, 1e-6));
    }

    [Fact]
    public void No_vectors_have_no_dimensionalities() => Assert.Empty(Dimensionality.Measure([], 4));

    [Fact]
    public void Extreme_lengths_stay_in_range()
    {
        var measured = Dimensionality.Measure([float.MaxValue, float.MaxValue, float.Epsilon, 0], 2);
        Assert.Equal(1, measured[0]);
        Assert.Equal(0, measured[1]);
        Assert.Equal(1, Dimensionality.Measure([float.Epsilon, 0], 2)[0]);
    }

    [Fact]
    public void Part_of_a_vector_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Dimensionality.Measure([1, 2, 3], 2));
        Assert.Contains("3 elements, which is not a multiple of the width 2", error.Message);
    }

    [Fact]
    public void Number_that_is_not_finite_is_refused_by_its_place()
    {
        var error = Assert.Throws<ArgumentException>(() => Dimensionality.Measure([1, 2, 3, float.NaN], 2));
        Assert.Contains("Element 1 of vector 1 is NaN", error.Message);
    }

    private static void AssertEach(double[] expected, double[][] directions)
    {
        var measured = Dimensionality.Measure(Polytopes.Weights(directions), 3);
        Assert.Equal(expected.Length, measured.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], measured[i], 1e-6);
        }
    }

    private static double[][] Directions(string solid) => solid switch
    {
        "tetrahedron" => Polytopes.Tetrahedron,
        "triangle" => Polytopes.Ring(3),
        "digon" => Polytopes.Ring(2),
        "octahedron" => Polytopes.Octahedron,
        "pentagon" => Polytopes.Ring(5),
        "cube" => Polytopes.Cube,
        "tight antiprism" => Polytopes.SquareAntiprism(Math.Acos(Math.Sqrt(1.0 / 3))),
        _ => Polytopes.Ring(7),
    };
}
