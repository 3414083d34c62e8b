using ToyModels.ML;

namespace ToyModels.Pipelines;

/// <summary>
/// Sparse features do not settle for the top m dimensions: as they get rarer, the ReLU model packs in more of them, the linear model never does.
/// </summary>
internal sealed class Superposition : Pipeline<SuperpositionOptions>
{
    /// <summary>The sizes as they were published.</summary>
    internal static IReadOnlyList<SuperpositionSize> Published { get; } =
    [
        new("n20-m5", 20, 5, 0.7f) { IsEntrywiseWhenDense = true, LeastSquaredNorm = 13, Represented = new(11, 20, "at least 11 (other seeds gave 12 to 14)") },
        new("n80-m20", 80, 20, 0.9f) { Represented = new(62, 70, "about 66: from 62 to 70") },
    ];

    /// <inheritdoc/>
    public override string Name => "superposition";

    /// <inheritdoc/>
    public override string Summary => "The sparser the features, the more of them a ReLU model stores in superposition; a linear model never does.";

    /// <inheritdoc/>
    public override string Source => "Elhage et al. 2022, Toy Models of Superposition, “Basic results” (arXiv 2209.10652)";

    /// <inheritdoc/>
    protected override void Run(SuperpositionOptions options, PipelineContext context)
    {
        var toy = context.ML.ToyModels();
        var plan = (
            from size in Published
            where options.Sizes.Contains(size.Name)
            from kind in options.Models.Select(ToyModelKinds.Parse)
            from density in options.Densities
            select (Size: size, Kind: kind, Density: density)).ToList();

        var fits = plan.Select((p, i) =>
        {
            var seed = context.SeedOf(i);
            var data = toy.Generate(new FeatureDistribution(p.Size.Features, p.Density), (long)options.Steps * options.Batch, seed, p.Size.Importance);
            var model = new ToyModelOptions
            {
                Kind = p.Kind,
                Hidden = p.Size.Hidden,
                Importance = p.Size.Importance,
                Steps = options.Steps,
                BatchSize = options.Batch,
                Restarts = options.Restarts,
                Optimizer = OptimizerOptions.AdamW with { LearningRate = options.LearningRate },
                Seed = seed,
            };
            return new ToyModelFit(new ToyModelEstimatorOptions { Model = model, ReconstructionColumnName = "Reconstruction", LossColumnName = "Loss" }, data);
        }).ToList();

        var models = context.Train($"{fits.Count} models", progress => toy.FitMany(fits, context.Trainer, progress, context.Cancellation));

        foreach (var ofSize in plan.Zip(models, fits).GroupBy(x => x.First.Size))
        {
            context.Save(ofSize.Key.Name, [.. ofSize.Select(x => x.Second)], ofSize.First().Third.Data.Schema);
            var trained = ofSize.Select(x => new TrainedAt(x.First.Kind, x.First.Density, x.Second)).ToList();
            new SuperpositionReport(ofSize.Key, trained).WriteTo(context);
            new SuperpositionOracles(ofSize.Key, trained, PipelineContext.Departures(Options, options, "sizes", "models", "densities", "restarts")).JudgeIn(context);
        }
    }
}

/// <summary>A size of the experiment.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Features">n.</param>
/// <param name="Hidden">m.</param>
/// <param name="Ratio">I_{i+1} / I_i.</param>
internal sealed record SuperpositionSize(string Name, int Features, int Hidden, float Ratio)
{
    /// <summary>
    /// Whether W and b of p = 1 are judged entry by entry. All features are there at once then, so that W and b are learned against each
    /// other, and the last kept and first dropped ones come apart last. At n = 80 those differ by a tenth in importance alone: 10 000 steps
    /// leave up to a fifth of one in the other, as the seed will have it, at no cost in loss. There, what is represented and the loss are judged.
    /// </summary>
    public bool IsEntrywiseWhenDense { get; init; }

    /// <summary>What ‖W‖_F² must reach at p = 0.001; null where nothing is published.</summary>
    public double? LeastSquaredNorm { get; init; }

    /// <summary>How many columns have ‖W_i‖ above ½ at p = 0.001.</summary>
    public required CountRange Represented { get; init; }

    /// <summary>I_i = ratio^i.</summary>
    public Importance Importance => Importance.Geometric(Ratio);

    /// <summary>The size in words.</summary>
    public string Title => FormattableString.Invariant($"n = {Features}, m = {Hidden}, importance {Ratio}ⁱ");
}

/// <summary>A count that is allowed, and how it was published.</summary>
internal sealed record CountRange(int Least, int Most, string Text);

/// <summary>A model of the experiment.</summary>
internal sealed record TrainedAt(ToyModelKind Kind, float Density, ToyModelTransformer Model);
