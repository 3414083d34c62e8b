using System.Globalization;

namespace ToyModels.Pipelines;

/// <summary>
/// What the experiment must show at one size. Closed forms where there are any (the linear model); where the literature gives pictures, the
/// numbers below say what is seen in them.
/// </summary>
/// <param name="size">The size.</param>
/// <param name="models">Its models.</param>
/// <param name="departure">Why the run is not the published one; null where it is.</param>
internal sealed class SuperpositionOracles(SuperpositionSize size, IReadOnlyList<TrainedAt> models, string? departure)
{
    private const float Dense = 1;
    private const float Sparsest = 0.001f;
    private const double GramTolerance = 0.05;
    private const double BiasTolerance = 0.01;
    private const double LossTolerance = 0.01;

    // An antipodal pair's cosine is −1; trained pairs stay within a few hundredths of it, the corners of a triangle (−½) or a pentagon (−0.81) do not.
    private const float Antipodal = -0.9f;

    // Shares of comparisons of a feature here with a feature there in which the former is the more important: ½ is no order at all, 1 a perfect one.
    private const double MostlyInOrder = 0.9;
    private const double HalfwayInOrder = 0.75;

    /// <summary>Judges everything that the run holds.</summary>
    public void JudgeIn(PipelineContext context)
    {
        JudgeLinear(context);
        JudgeDense(context);
        JudgeJoining(context);
        JudgeSparsest(context);
    }

    private void JudgeLinear(PipelineContext context)
    {
        var linear = Of(ToyModelKind.Linear);
        var skip = departure ?? Missing(linear.Count == 0, "the linear model") ?? MissingDensities(linear);
        context.Judge(
            $"{size.Name}-linear-projector",
            $"{Short}: the linear model keeps the top {size.Hidden} features at every density",
            $"max |WᵀW − P| ≤ {Text(GramTolerance)}, P the projector on them",
            skip,
            () => Worst(linear, t => MaxDifference(t.Model.Metrics.Gram(), Optimum(t).Projector()), GramTolerance));
        context.Judge(
            $"{size.Name}-linear-bias",
            $"{Short}: its bias is 0 for a kept feature and p/2 for a dropped one",
            $"root mean square of b − b* ≤ {Text(BiasTolerance)} at every density, none beyond {Text(size.LargestBiasError)}",
            skip,
            () => BiasErrors(linear));
    }

    private void JudgeDense(PipelineContext context)
    {
        var linear = At(ToyModelKind.Linear, Dense);
        var relu = At(ToyModelKind.ReluOutput, Dense);
        context.Judge(
            $"{size.Name}-relu-dense",
            $"{Short}: at p = 1 the ReLU model is the linear one",
            $"max |WᵀW − P| ≤ {Text(GramTolerance)} here too, and the same loss within {LossTolerance:P0}",
            departure ?? Missing(linear is null || relu is null, "both models at p = 1"),
            () =>
            {
                var difference = MaxDifference(relu!.Model.Metrics.Gram(), Optimum(relu).Projector());
                var loss = (relu.Model.EvaluationLoss / linear!.Model.EvaluationLoss) - 1;
                return (
                    string.Create(CultureInfo.InvariantCulture, $"{Text(difference)}, loss {100 * loss:+0.00;−0.00} %"),
                    difference <= GramTolerance && Math.Abs(loss) <= LossTolerance);
            });
    }

    private void JudgeJoining(PipelineContext context)
    {
        var relu = Of(ToyModelKind.ReluOutput);
        var skip = departure ?? Missing(relu.Count == 0, "the ReLU model") ?? MissingDensities(relu);
        context.Judge(
            $"{size.Name}-relu-order",
            $"{Short}: features join in order of importance",
            $"at every density, a represented feature outranks an unrepresented one in ≥ {Text(MostlyInOrder)} of all comparisons",
            skip,
            () => Best(relu, t => InOrder(Where(t, f => f.Component >= 0), Where(t, f => f.Component < 0)), MostlyInOrder));
        context.Judge(
            $"{size.Name}-relu-growth",
            $"{Short}: the sparser, the more features",
            $"{size.Hidden} are represented at p = 1; from there to p = 0.01 never fewer than before, and {2 * size.Hidden} or more in the end",
            skip,
            () =>
            {
                var counts = relu.Where(t => t.Density >= 0.01f).Select(t => t.Model.Metrics.FeaturesRepresented).ToList();
                var grows = counts.Zip(counts.Skip(1)).All(pair => pair.Second >= pair.First);
                return (string.Join(", ", counts), grows && counts[0] == size.Hidden && counts[^1] >= 2 * size.Hidden);
            });
        context.Judge(
            $"{size.Name}-relu-pairs",
            $"{Short}: the first features to join form antipodal pairs",
            $"where more than {size.Hidden} are represented first, as many pairs (cosine ≤ {Text(Antipodal)}) as features beyond {size.Hidden}",
            skip,
            () => FirstPairs(relu.First(t => t.Model.Metrics.FeaturesRepresented > size.Hidden)));
        context.Judge(
            $"{size.Name}-relu-pairs-last",
            $"{Short}: pairs form among the least important",
            $"over all densities, a feature with a dimension of its own outranks a paired one in ≥ {Text(HalfwayInOrder)} of all comparisons",
            skip,
            () => AloneOutranksPaired(relu));
    }

    private void JudgeSparsest(PipelineContext context)
    {
        var relu = At(ToyModelKind.ReluOutput, Sparsest);
        var skip = departure ?? Missing(relu is null, $"the ReLU model at p = {Text(Sparsest)}");
        if (size.LeastSquaredNorm is { } least)
        {
            context.Judge(
                $"{size.Name}-relu-sparse-norm",
                $"{Short}: ‖W‖² at p = {Text(Sparsest)}",
                $"≥ {Text(least)} (other seeds gave 14.8 to 16.3)",
                skip,
                () => (Text(relu!.Model.Metrics.SquaredFrobeniusNorm), relu.Model.Metrics.SquaredFrobeniusNorm >= least));
        }

        context.Judge(
            $"{size.Name}-relu-sparse-count",
            $"{Short}: features with ‖Wᵢ‖ > ½ at p = {Text(Sparsest)}",
            size.Represented.Text,
            skip,
            () =>
            {
                var count = relu!.Model.Metrics.FeaturesRepresented;
                return (Text(count), count >= size.Represented.Least && count <= size.Represented.Most);
            });
    }

    private (string Measured, bool Passed) BiasErrors(List<TrainedAt> linear)
    {
        var errors = linear.Select(t =>
        {
            var differences = t.Model.Model.Bias.ToArray().Zip(Optimum(t).Bias, (b, best) => Math.Abs(b - best)).ToList();
            return (t.Density, Mean: Math.Sqrt(differences.Average(d => d * d)), Largest: differences.Max());
        }).ToList();
        var (mean, largest) = (errors.MaxBy(e => e.Mean), errors.MaxBy(e => e.Largest));
        return (
            $"{Text(mean.Mean)} (the worst, at p = {Text(mean.Density)}), largest {Text(largest.Largest)} (at p = {Text(largest.Density)})",
            mean.Mean <= BiasTolerance && largest.Largest <= size.LargestBiasError);
    }

    private (string Measured, bool Passed) FirstPairs(TrainedAt first)
    {
        var pairs = first.Model.Metrics.Pairs().Count(p => p.Cosine <= Antipodal);
        var extra = first.Model.Metrics.FeaturesRepresented - size.Hidden;
        return ($"at p = {Text(first.Density)}: {pairs} pairs for {extra} features", pairs == extra);
    }

    private static (string Measured, bool Passed) AloneOutranksPaired(List<TrainedAt> relu)
    {
        var comparisons = relu.SelectMany(t =>
        {
            var paired = t.Model.Metrics.Pairs().Where(p => p.Cosine <= Antipodal).SelectMany(p => (int[])[p.I, p.J]).Distinct().ToList();
            return Comparisons(Where(t, f => f.Label == GeometryLabel.Dedicated), paired);
        }).ToList();
        var inOrder = comparisons.Count == 0 ? 0 : comparisons.Average();
        return ($"{Text(inOrder)} of {comparisons.Count}", inOrder >= HalfwayInOrder);
    }

    private string Short => $"n = {size.Features}";

    private List<TrainedAt> Of(ToyModelKind kind) => [.. models.Where(t => t.Kind == kind).OrderByDescending(t => t.Density)];

    private TrainedAt? At(ToyModelKind kind, float density) => models.FirstOrDefault(t => t.Kind == kind && t.Density == density);

    private LinearOptimum Optimum(TrainedAt trained) =>
        new(new FeatureDistribution(size.Features, trained.Density), trained.Model.Result.Importances.AsSpan(), size.Hidden);

    private static string? Missing(bool isMissing, string what) => isMissing ? $"the run has not got {what}" : null;

    private static string? MissingDensities(List<TrainedAt> trained)
    {
        var published = new SuperpositionOptions().Densities;
        return published.SequenceEqual(trained.Select(t => t.Density).OrderDescending())
            ? null
            : $"densities are {string.Join(", ", trained.Select(t => Text(t.Density)))}, published with {string.Join(", ", published.Select(p => Text(p)))}";
    }

    private static List<int> Where(TrainedAt trained, Func<FeatureMetrics, bool> predicate) => [.. trained.Model.Metrics.Features.Where(predicate).Select(f => f.Feature)];

    /// <summary>For every pair of a feature here and a feature there 1 where the former is the more important, which is the one of lower number; else 0.</summary>
    private static IEnumerable<double> Comparisons(List<int> here, List<int> there) => here.SelectMany(a => there.Select(b => a < b ? 1.0 : 0.0));

    private static double InOrder(List<int> here, List<int> there) => Comparisons(here, there).DefaultIfEmpty(1).Average();

    private static double MaxDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var largest = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((double)a[i] - b[i]));
        }

        return largest;
    }

    private static (string Measured, bool Passed) Worst(List<TrainedAt> trained, Func<TrainedAt, double> measure, double most)
    {
        var (at, worst) = trained.Select(t => (t, measure(t))).MaxBy(x => x.Item2);
        return ($"{Text(worst)} (the worst, at p = {Text(at.Density)})", worst <= most);
    }

    private static (string Measured, bool Passed) Best(List<TrainedAt> trained, Func<TrainedAt, double> measure, double least)
    {
        var (at, worst) = trained.Select(t => (t, measure(t))).MinBy(x => x.Item2);
        return ($"{Text(worst)} (the least, at p = {Text(at.Density)})", worst >= least);
    }

    private static string Text(double value) => ((float)value).ToString("0.####", CultureInfo.InvariantCulture);
}
