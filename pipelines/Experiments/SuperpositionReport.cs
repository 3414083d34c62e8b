using System.Collections.Immutable;
using System.Globalization;
using ToyModels.Figures;

namespace ToyModels.Pipelines;

/// <summary>What the experiment shows at one size: figures, and a table a model.</summary>
internal sealed class SuperpositionReport(SuperpositionSize size, IReadOnlyList<TrainedAt> models)
{
    // Two panels side by side fill the width of a page.
    private const int PanelWidth = 490;
    private const int PanelHeight = 330;

    /// <summary>Puts everything into the run's report.</summary>
    public void WriteTo(PipelineContext context)
    {
        var section = context.Report.AddSection(size.Title);
        var kinds = models.GroupBy(t => t.Kind, (kind, trained) => (Kind: kind, Trained: trained.OrderByDescending(t => t.Density).ToList())).ToList();
        context.Show(section, $"{size.Name}-features", Features(kinds), FeaturesCaption);
        foreach (var (kind, trained) in kinds)
        {
            context.Show(section, $"{size.Name}-{ToyModelKinds.Name(kind)}", Cards(kind, trained), Caption(kind));
            section.Add(Table(kind, trained));
        }

        // An interrupted run may hold models that had not begun.
        if (kinds.FindAll(k => k.Trained.Any(t => Positive(t).Any())) is { Count: > 0 } begun)
        {
            context.Show(section, $"{size.Name}-loss", Losses(begun), "Loss of the batches of training, the mean over 50 steps, from dense (dark) to sparse (bright).");
        }
    }

    private Figure Cards(ToyModelKind kind, List<TrainedAt> trained)
    {
        var limit = trained.Max(t => t.Model.Metrics.Features.Max(f => f.Norm));
        var options = new ModelCardOptions { NormLimit = Math.Max(1, limit), Width = PanelWidth, Height = PanelHeight };
        return SmallMultiples.Draw(
            [.. trained.Select(t => ModelCard.Draw(t.Model.Result, t.Model.Metrics, options with { Title = $"1 − S = {Number(t.Density)}" }))],
            new SmallMultiplesOptions { Columns = 2, Title = $"{Words(kind)}: {size.Title}" });
    }

    private static string Caption(ToyModelKind kind) => kind == ToyModelKind.Linear
        ? "The linear model. Left WᵀW and the biases b, right the norm of each feature's direction, the most important feature on top. " +
          "However sparse the features, it keeps the most important ones, each with a dimension of its own, and drops the rest."
        : "The ReLU model. Norms are coloured by interference: dark where a feature has its direction for itself, bright where others lie across it. " +
          "Dense features give the linear model's picture; as they get sparser, more and more join in, first as antipodal pairs.";

    private static ReportTable Table(ToyModelKind kind, List<TrainedAt> trained) => new(
        $"{Words(kind)}: the trained models.",
        ["Density 1 − S", "Loss", "Features with ‖Wᵢ‖ > ½", "‖W‖²", "With a dimension of their own", "Dimensions per feature m/‖W‖²", "Steps"],
        [
            .. trained.Select(t => (ImmutableArray<string>)
            [
                Number(t.Density),
                t.Model.EvaluationLoss.ToString("0.000e+0", CultureInfo.InvariantCulture).Replace('-', '−'),
                Number(t.Model.Metrics.FeaturesRepresented),
                t.Model.Metrics.SquaredFrobeniusNorm.ToString("0.00", CultureInfo.InvariantCulture),
                Number(t.Model.Metrics.Features.Count(f => f.Label == GeometryLabel.Dedicated)),
                t.Model.Metrics.DimensionsPerFeature.ToString("0.000", CultureInfo.InvariantCulture),
                Number(t.Model.Result.Best.StepsDone),
            ]),
        ]);

    private string FeaturesCaption =>
        $"How many features the models hold, ‖W‖² = Σ‖Wᵢ‖², over their sparsity. There are {size.Hidden} dimensions; whatever lies above that line is superposition.";

    private Figure Features(List<(ToyModelKind Kind, List<TrainedAt> Trained)> kinds) => LineChart.Draw(
        [
            .. kinds.Select(k => new Series(
                Words(k.Kind),
                [.. k.Trained.Select(t => 1.0 / t.Density)],
                [.. k.Trained.Select(t => (double)t.Model.Metrics.SquaredFrobeniusNorm)])),
        ],
        new ChartOptions
        {
            Title = $"Features held: {size.Title}",
            X = new ChartAxis { Label = "sparsity 1/(1 − S)", Logarithmic = true },
            Y = new ChartAxis { Label = "‖W‖²", Minimum = 0, Maximum = size.Features, References = [new ReferenceLine(size.Hidden, $"m = {size.Hidden}")] },
        });

    private Figure Losses(List<(ToyModelKind Kind, List<TrainedAt> Trained)> kinds) => SmallMultiples.Draw(
        [
            .. kinds.Select(k => LineChart.Draw(
                [.. k.Trained.Where(t => Positive(t).Any()).Select(t => new Series(
                    $"1 − S = {Number(t.Density)}", [.. Positive(t).Select(p => (double)p.Step)], [.. Positive(t).Select(p => (double)p.Loss)]))],
                new ChartOptions
                {
                    Title = Words(k.Kind),
                    OrderedSeries = true,
                    Width = PanelWidth,
                    Height = PanelHeight,
                    X = new ChartAxis { Label = "step" },
                    Y = new ChartAxis { Label = "loss", Logarithmic = true },
                })),
        ],
        new SmallMultiplesOptions { Columns = kinds.Count, Title = $"Loss: {size.Title}" });

    // A batch of very sparse rows can be all zeros, and its loss 0: a logarithmic axis has no place for it.
    private static IEnumerable<LossPoint> Positive(TrainedAt trained) => trained.Model.LossHistory.Where(p => p.Loss > 0);

    private static string Words(ToyModelKind kind) => kind == ToyModelKind.Linear ? "Linear model" : "ReLU output model";

    private static string Number(float value) => value.ToString("0.#####", CultureInfo.InvariantCulture);
}
