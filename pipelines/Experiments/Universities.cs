using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML.Data;
using ToyModels.Figures;
using ToyModels.ML;

namespace ToyModels.Pipelines;

/// <summary>
/// The worked example: three features in two dimensions, at 120° from each other. Two that are there at once read back as half of
/// themselves, and push the third below zero, where a ReLU would cut it off.
/// </summary>
internal sealed class Universities : Pipeline<UniversitiesOptions>
{
    private static readonly string[] _names = ["A", "B", "C"];
    private static readonly double[][] _directions = [[Math.Sqrt(3) / 2, 0.5], [-Math.Sqrt(3) / 2, 0.5], [0, -1]];

    // Single precision, a handful of operations on numbers of size 1.
    private const double Rounding = 1e-6;

    /// <inheritdoc/>
    public override string Name => "universities";

    /// <inheritdoc/>
    public override string Summary => "Three universities in two dimensions: the worked example of superposition, every number checked.";

    /// <inheritdoc/>
    public override string Source => "Thomas, course paper on toy models of superposition; after Elhage et al. 2022 (arXiv 2209.10652)";

    /// <inheritdoc/>
    protected override void Run(UniversitiesOptions options, PipelineContext context)
    {
        var toy = context.ML.ToyModels();
        var applicant = context.ML.Data.LoadFromEnumerable([new Applicant { Features = [.. ThreeUniversities.Features] }]);
        var model = toy.ToyModel(new ToyModelEstimatorOptions
        {
            Model = new ToyModelOptions { Kind = ToyModelKind.Linear, Hidden = 2, Seed = context.Seed },
            ReconstructionColumnName = "Reconstruction",
            Trainer = new KnownModel(ThreeUniversities.Model),
        }).Fit(applicant);

        context.Save("", [model], applicant.Schema);
        var readBack = context.ML.Data.CreateEnumerable<ReadBack>(model.Transform(applicant), reuseRowObject: false).Single();
        var pairs = context.ML.Data.CreateEnumerable<PairMetricsRow>(toy.PairMetrics(model), reuseRowObject: false).ToList();

        Describe(context, model, readBack);
        for (var i = 0; i < 3; i++)
        {
            JudgeVector(context, $"direction-{i}", $"W of university {_names[i]}", _directions[i], model.Model.Direction(i).ToArray());
        }

        foreach (var pair in pairs)
        {
            JudgeVector(context, $"dot-{pair.I}-{pair.J}", $"W of {_names[pair.I]} · W of {_names[pair.J]}", [ThreeUniversities.DotProduct], [pair.Dot]);
        }

        JudgeVector(context, "hidden", "h = Wx of x = (0.9, 0.9, 0)", [.. ThreeUniversities.Hidden], readBack.Hidden);
        JudgeVector(context, "reconstruction", "Wᵀh", [.. ThreeUniversities.Reconstruction], readBack.Reconstruction);
    }

    private static void Describe(PipelineContext context, ToyModelTransformer model, ReadBack readBack)
    {
        var section = context.Report.AddSection("Three universities, two dimensions");
        context.Show(
            section,
            "universities",
            FeatureArrows.Draw(model.Model, model.Result.Importances.AsSpan(), new FeatureArrowsOptions { Title = "Three features in two dimensions", FeatureNames = _names }),
            "Each university has a direction of its own, at 120° from the others: no two are orthogonal, and none is free of the others.");
        section.Add(new ReportTable(
            "What x = (0.9, 0.9, 0), an applicant of A and B, reads back as.",
            ["University", "W, first", "W, second", "x", "x' = Wᵀh"],
            [
                .. Enumerable.Range(0, 3).Select(i => (ImmutableArray<string>)
                    [_names[i], Number(model.Model.Direction(i)[0]), Number(model.Model.Direction(i)[1]), Number(readBack.Features[i]), Number(readBack.Reconstruction[i])]),
            ]));
        section.Add(new ReportText(
            $"The hidden layer holds h = ({Number(readBack.Hidden[0])}, {Number(readBack.Hidden[1])}). Reading it back halves the two features that were there, " +
            "and pushes the third, which was not, below zero: a ReLU would cut that off. This is what makes room for more features than dimensions."));
    }

    private static void JudgeVector(PipelineContext context, string id, string what, double[] expected, float[] measured) => context.Judge(
        id,
        what,
        Vector(expected),
        skip: null,
        () => (Vector([.. measured.Select(v => (double)v)]), expected.Length == measured.Length && expected.Zip(measured).All(pair => Math.Abs(pair.First - pair.Second) <= Rounding)));

    private static string Vector(double[] values) => values.Length == 1 ? Number(values[0]) : $"({string.Join(", ", values.Select(Number))})";

    // Rounded first, and −0 made 0: what is not seen in six digits is not shown either.
    private static string Number(double value) => (Math.Round(value, 6) + 0.0).ToString("0.######", CultureInfo.InvariantCulture).Replace('-', '−');

    private sealed class Applicant
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];
    }

    private sealed class ReadBack
    {
        public float[] Features { get; set; } = [];

        public float[] Hidden { get; set; } = [];

        public float[] Reconstruction { get; set; } = [];
    }
}
