using Microsoft.ML;
using ToyModels.ML;

namespace ToyModels.Pipelines.Tests;

/// <summary>A family of models that shows what was published passes; each fault is found, by its own verdict.</summary>
public sealed class SuperpositionOraclesTests : IDisposable
{
    private const int N = 20;
    private const int M = 5;

    private static readonly SuperpositionSize _size = Superposition.Published.Single(s => s.Features == N);
    private static readonly float[] _densities = [1, 0.3f, 0.1f, 0.03f, 0.01f, 0.003f, 0.001f];

    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [Fact]
    public void What_was_published_passes() => Assert.All(Judge(Family()), v => Assert.Equal(VerdictOutcome.Pass, v.Outcome));

    [Fact]
    public void A_stray_entry_of_the_projector_is_found() =>
        Fails(["n20-m5-linear-projector"], With(ToyModelKind.Linear, 0.03f, p => p.Weights[(6 * M) + 2] = 0.06f));

    [Fact]
    public void A_bias_that_is_off_is_found() =>
        Fails(["n20-m5-linear-bias"], With(ToyModelKind.Linear, 0.003f, p => p.Bias[12] += 0.011f));

    [Fact]
    public void A_wrong_feature_is_found_by_what_is_kept_by_entries_and_by_bias() => Fails(
        ["n20-m5-linear-kept", "n20-m5-linear-projector", "n20-m5-linear-bias"],
        With(ToyModelKind.Linear, 0.1f, p =>
        {
            (p.Weights[(4 * M) + 4], p.Weights[(5 * M) + 4]) = (0, 1);
            (p.Bias[4], p.Bias[5]) = (p.Bias[5], p.Bias[4]);
        }));

    [Fact]
    public void A_loss_above_the_least_is_found() =>
        Fails(["n20-m5-linear-loss", "n20-m5-relu-dense-loss"], With(ToyModelKind.Linear, 1, p => p.Loss *= 1.02f));

    [Fact]
    public void A_dense_relu_model_that_is_not_the_linear_one_is_found() =>
        Fails(["n20-m5-relu-dense"], With(ToyModelKind.ReluOutput, 1, p => p.Weights[(9 * M) + 1] = 0.2f));

    [Fact]
    public void Features_that_join_out_of_order_are_found() =>
        Fails(["n20-m5-relu-order"], With(ToyModelKind.ReluOutput, 0.03f, p => Array.Reverse(p.Weights)));

    [Fact]
    public void Features_that_leave_are_found() => Fails(
        ["n20-m5-relu-growth"],
        With(ToyModelKind.ReluOutput, 0.01f, p => Array.Clear(p.Weights, 8 * M, 2 * M)));

    [Fact]
    public void A_family_without_superposition_fails_and_is_no_accident() => Fails(
        ["n20-m5-relu-growth", "n20-m5-relu-pairs", "n20-m5-relu-pairs-last", "n20-m5-relu-sparse-norm", "n20-m5-relu-sparse-count"],
        [.. Family().Select(p =>
        {
            Array.Clear(p.Weights, M * M, (N - M) * M);
            for (var i = 0; i < M * M; i++)
            {
                p.Weights[i] = i % (M + 1) == 0 ? 1 : 0;
            }

            return p;
        })]);

    [Fact]
    public void Features_that_join_across_others_are_found() => Fails(
        ["n20-m5-relu-pairs"],
        With(ToyModelKind.ReluOutput, 0.3f, p => (p.Weights[(6 * M) + 2], p.Weights[(6 * M) + 4]) = (0.7f, -0.7f)));

    [Fact]
    public void Pairs_among_the_most_important_are_found() => Fails(
        ["n20-m5-relu-pairs-last"],
        With(ToyModelKind.ReluOutput, 0.3f, p =>
        {
            Array.Clear(p.Weights);
            foreach (var (feature, dimension, weight) in new[] { (0, 0, 1f), (1, 0, -1f), (2, 1, 1f), (3, 1, -1f), (4, 2, 1f), (5, 3, 1f), (6, 4, 1f) })
            {
                p.Weights[(feature * M) + dimension] = weight;
            }
        }));

    [Fact]
    public void Too_little_at_the_sparsest_is_found() => Fails(
        ["n20-m5-relu-sparse-norm", "n20-m5-relu-sparse-count"],
        With(ToyModelKind.ReluOutput, 0.001f, p => Array.Clear(p.Weights, 10 * M, 2 * M)));

    [Fact]
    public void Without_all_published_densities_what_spans_them_is_skipped_and_the_rest_is_judged()
    {
        var verdicts = Judge(Family().Where(p => p.Density >= 0.1f));
        Assert.Equal(
            ["n20-m5-linear-loss", "n20-m5-relu-dense", "n20-m5-relu-dense-loss"],
            verdicts.Where(v => v.Outcome == VerdictOutcome.Pass).Select(v => v.Id));
        Assert.Contains("densities are 1, 0.3, 0.1, published with 1, 0.3, 0.1, 0.03", verdicts[0].Reason, StringComparison.Ordinal);
        Assert.All(verdicts, v => Assert.NotEqual(VerdictOutcome.Fail, v.Outcome));
    }

    private static List<Parameters> Family() =>
        [.. _densities.Select(p => new Parameters(ToyModelKind.Linear, p)), .. _densities.Select(p => new Parameters(ToyModelKind.ReluOutput, p))];

    private static List<Parameters> With(ToyModelKind kind, float density, Action<Parameters> fault)
    {
        var family = Family();
        fault(family.Single(p => p.Kind == kind && p.Density == density));
        return family;
    }

    private void Fails(string[] ids, List<Parameters> family) =>
        Assert.Equal(ids, Judge(family).Where(v => v.Outcome == VerdictOutcome.Fail).Select(v => v.Id));

    private IReadOnlyList<Verdict> Judge(IEnumerable<Parameters> family)
    {
        using var folder = RunFolder.Create(_workplace.PathOf("run"));
        var context = new PipelineContext(folder, new TrainingDisplay(_workplace.Out, _workplace.Clock), 0, 1, CancellationToken.None);
        new SuperpositionOracles(_size, [.. family.Select(p => p.Train(context.ML))], departure: null).JudgeIn(context);
        return context.Verdicts;
    }

    /// <summary>The weights, biases and loss of one model, at first as published.</summary>
    private sealed class Parameters : IToyModelTrainer
    {
        public Parameters(ToyModelKind kind, float density)
        {
            (Kind, Density) = (kind, density);
            var optimum = new LinearOptimum(new FeatureDistribution(N, density), _size.Importance.Resolve(N).AsSpan(), M);
            Bias = [.. optimum.Bias.Select(b => (float)b)];
            Loss = (float)optimum.Loss;

            // The linear model and the dense one keep 5; then pairs: (3, 5) and (4, 6) first, (0, 9) … (4, 5) later; in the end 12 across each other.
            var held = kind == ToyModelKind.Linear || density == 1 ? 5 : density == 0.3f ? 7 : density >= 0.01f ? 10 : 12;
            for (var i = 0; i < held; i++)
            {
                var dimension = i < M ? i : held == 7 ? i - 2 : (9 - i + M) % M;
                Weights[(i * M) + dimension] = (i < M ? 1 : -1) * (held == 12 ? 1.06f : 1);
            }
        }

        public ToyModelKind Kind { get; }

        public float Density { get; }

        public float[] Weights { get; } = new float[N * M];

        public float[] Bias { get; }

        public float Loss { get; set; }

        public TrainedAt Train(MLContext ml)
        {
            var toy = ml.ToyModels();
            var data = toy.Generate(new FeatureDistribution(N, Density), 16, seed: 1, _size.Importance);
            var options = new ToyModelOptions { Kind = Kind, Hidden = M, Importance = _size.Importance, Seed = 1 };
            return new TrainedAt(Kind, Density, toy.ToyModel(new ToyModelEstimatorOptions { Model = options, Trainer = this }).Fit(data));
        }

        public IReadOnlyList<TrainingResult> Train(
            IReadOnlyList<TrainingInstance> instances, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        [
            .. instances.Select(i => new TrainingResult(
                i.Options, i.Samples.Importances, i.Samples.Densities, [new RestartResult(0, new ToyModel(Kind, M, Weights, Bias), Loss, 1, StopReason.Completed, [])])),
        ];
    }
}
