namespace ToyModels.Tests;

public class GeometryLabelTests
{
    public static TheoryData<string, string[], int> Shapes => new()
    {
        { "tetrahedron", ["tetrahedron"], 4 },
        { "triangle", ["triangle"], 3 },
        { "digon", ["digon"], 2 },
        { "pentagon", ["pentagon"], 5 },
        { "6-gon", ["6-gon"], 6 },
        { "7-gon", ["7-gon"], 7 },
        { "40-gon", ["40-gon"], 40 },
        { "square-antiprism", ["square-antiprism"], 8 },
        { "thomson", ["square-antiprism"], 8 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Shape_is_named_wherever_it_lies_and_however_long_its_columns_are(string shape, string[] label, int size)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var random = new Random(seed);
            var turned = Polytopes.Turned(Directions(shape), 7, seed);
            var metrics = Polytopes.Measure(Polytopes.Scaled(turned, _ => 0.6 + random.NextDouble()));
            Assert.Equal(Enumerable.Repeat(label[0], size), metrics.Features.Select(f => f.Label));
            Assert.Equal(1, metrics.ComponentCount);
        }
    }

    [Theory]
    [InlineData("octahedron", 6, 3)]
    [InlineData("triangular-bipyramid", 5, 2)]
    [InlineData("pentagonal-bipyramid", 7, 2)]
    public void Product_of_factors_that_fills_three_dimensions_goes_by_the_solids_name(string solid, int size, int factors)
    {
        var metrics = Polytopes.Measure(Polytopes.Turned(Directions(solid), 3, seed: 3));
        Assert.Equal(Enumerable.Repeat(solid, size), metrics.Features.Select(f => f.Label));
        Assert.Equal(factors, metrics.ComponentCount);
    }

    [Fact]
    public void Product_of_factors_in_a_larger_space_keeps_the_factors_names()
    {
        var metrics = Polytopes.Measure(Polytopes.Turned(Polytopes.TriangularBipyramid, 4, seed: 3));
        Assert.Equal(["triangle", "triangle", "triangle", "digon", "digon"], metrics.Features.Select(f => f.Label));
        Assert.Equal([0, 0, 0, 1, 1], metrics.Features.Select(f => f.Component));
    }

    [Theory]
    [InlineData("octahedron")]
    [InlineData("triangular-bipyramid")]
    [InlineData("pentagonal-bipyramid")]
    public void Factors_that_lean_on_each_other_are_one_component_with_the_products_name(string solid)
    {
        // The last pole leans by about 9° towards no neighbour in particular: cosines just above the threshold join the factors.
        var directions = Directions(solid);
        directions[^1] = [Math.Cos(0.9) * 0.16, Math.Sin(0.9) * 0.16, -Math.Sqrt(1 - (0.16 * 0.16))];
        directions[^2] = [Math.Cos(2.6) * 0.16, Math.Sin(2.6) * 0.16, Math.Sqrt(1 - (0.16 * 0.16))];
        var metrics = Polytopes.Measure(Polytopes.Turned(directions, 9, seed: 1));
        Assert.Equal(1, metrics.ComponentCount);
        Assert.All(metrics.Features, f => Assert.Equal(solid, f.Label));
    }

    [Fact]
    public void Square_is_two_digons()
    {
        var metrics = Polytopes.Measure(Polytopes.Ring(4));
        Assert.All(metrics.Features, f => Assert.Equal("digon", f.Label));
        Assert.Equal([0, 1, 0, 1], metrics.Features.Select(f => f.Component));
    }

    [Fact]
    public void Leaning_square_is_a_4_gon()
    {
        double[][] directions = [[1, 0], [0.15, 0.9887], [-1, 0], [-0.15, -0.9887]];
        Assert.All(Polytopes.Measure(directions).Features, f => Assert.Equal("4-gon", f.Label));
    }

    [Fact]
    public void Two_features_in_one_direction_are_no_digon()
    {
        var metrics = Polytopes.Measure([[1, 0, 0], [1, 0, 0]]);
        Assert.All(metrics.Features, f => Assert.Equal("other", f.Label));
        Assert.All(metrics.Features, f => Assert.Equal(0.5f, f.Dimensionality));
    }

    [Fact]
    public void Pentagon_with_a_direction_turned_round_is_no_pentagon()
    {
        var directions = Polytopes.Scaled(Polytopes.Ring(5), i => i == 2 ? -1 : 1);
        Assert.All(Polytopes.Measure(directions).Features, f => Assert.Equal("other", f.Label));
    }

    [Fact]
    public void Cube_is_no_antiprism_though_its_dimensionalities_are_the_same() =>
        Assert.All(Polytopes.Measure(Polytopes.Turned(Polytopes.Cube, 3, seed: 2)).Features, f => Assert.Equal("other", f.Label));

    [Fact]
    public void Axes_of_an_icosahedron_are_no_octahedron_though_their_dimensionalities_are_the_same()
    {
        var metrics = Polytopes.Measure(Polytopes.Turned(Polytopes.IcosahedronAxes, 3, seed: 2));
        Assert.All(metrics.Features, f => Assert.Equal(0.5, f.Dimensionality, 1e-6));
        Assert.All(metrics.Features, f => Assert.Equal("other", f.Label));
    }

    [Fact]
    public void Random_directions_are_in_no_shape()
    {
        var random = new Random(1);
        var directions = Enumerable.Range(0, 40).Select(_ => Enumerable.Range(0, 4).Select(_ => random.NextDouble() - 0.5).ToArray()).ToArray();
        var metrics = Polytopes.Measure(directions, new MetricsOptions { RepresentedNorm = 0 });
        Assert.All(metrics.Features, f => Assert.Equal("other", f.Label));
    }

    [Fact]
    public void Lone_feature_is_dedicated_and_a_short_one_not_learned()
    {
        var metrics = Polytopes.Measure([[1, 0], [0, 0.5]]);
        Assert.Equal(["dedicated", "not-learned"], metrics.Features.Select(f => f.Label));
        Assert.Equal([0, -1], metrics.Features.Select(f => f.Component));
    }

    [Fact]
    public void Lone_feature_that_others_disturb_is_not_dedicated()
    {
        // Too short to be represented, yet the second feature takes a seventh of the first one's dimension.
        var metrics = Polytopes.Measure([[1, 0], [-0.4, 0]]);
        Assert.Equal(1 / 1.16, metrics.Features[0].Dimensionality, 1e-6);
        Assert.Equal("other", metrics.Features[0].Label);
    }

    [Fact]
    public void Shape_holds_under_the_noise_of_training()
    {
        foreach (var shape in new[] { "tetrahedron", "triangle", "digon", "pentagon", "6-gon", "square-antiprism" })
        {
            var random = new Random(5);
            var noisy = Polytopes.Turned(Directions(shape), 10, seed: 4).Select(v => v.Select(x => x + (0.04 * (random.NextDouble() - 0.5))).ToArray()).ToArray();
            Assert.All(Polytopes.Measure(noisy).Features, f => Assert.Equal(shape, f.Label));
        }
    }

    [Fact]
    public void Each_factor_of_a_large_model_has_its_own_name()
    {
        double[][] digon = [[1], [-1]];
        double[][] lone = [[1]];
        var product = Polytopes.Product(Polytopes.Tetrahedron, digon, Polytopes.SquareAntiprism(0.955), lone, digon, [.. Polytopes.Ring(3).Select(v => v[..2])]);
        var metrics = Polytopes.Measure(Polytopes.Turned(product, 12, seed: 8));
        string[] expected =
        [
            .. Enumerable.Repeat("tetrahedron", 4), "digon", "digon", .. Enumerable.Repeat("square-antiprism", 8), "dedicated", "digon", "digon",
            .. Enumerable.Repeat("triangle", 3),
        ];
        Assert.Equal(expected, metrics.Features.Select(f => f.Label));
        Assert.Equal([0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 4, 4, 5, 5, 5], metrics.Features.Select(f => f.Component));
        Assert.Equal(6, metrics.ComponentCount);
        Assert.Equal(3 + 1 + 3 + 1 + 1 + 2, metrics.TotalDimensionality, 1e-3);
    }

    [Theory]
    [InlineData(2, "digon")]
    [InlineData(3, "triangle")]
    [InlineData(4, "4-gon")]
    [InlineData(5, "pentagon")]
    [InlineData(6, "6-gon")]
    public void Polygon_has_one_name(int k, string name) => Assert.Equal(name, GeometryLabel.Polygon(k));

    [Fact]
    public void Polygon_of_one_direction_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => GeometryLabel.Polygon(1));

    private static double[][] Directions(string shape) => shape switch
    {
        "tetrahedron" => Polytopes.Tetrahedron,
        "triangle" => Polytopes.Ring(3),
        "digon" => Polytopes.Ring(2),
        "pentagon" => Polytopes.Ring(5),
        "6-gon" => Polytopes.Ring(6),
        "7-gon" => Polytopes.Ring(7),
        "40-gon" => Polytopes.Ring(40),
        "square-antiprism" => Polytopes.SquareAntiprism(Math.Acos(Math.Sqrt(1.0 / 3))),
        "thomson" => Polytopes.ThomsonAntiprism(),
        "octahedron" => Polytopes.Octahedron,
        "triangular-bipyramid" => Polytopes.TriangularBipyramid,
        "pentagonal-bipyramid" => Polytopes.PentagonalBipyramid,
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "No such shape."),
    };
}
