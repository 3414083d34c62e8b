namespace ToyModels.Benchmarks;

/// <summary>A shape of training whose speed is followed: instances of one model side by side.</summary>
/// <param name="Name">A to F2.</param>
/// <param name="Features">n.</param>
/// <param name="Hidden">m.</param>
/// <param name="Instances">Models trained in one call.</param>
/// <param name="Batch">Rows a step.</param>
internal sealed record Workload(string Name, int Features, int Hidden, int Instances, int Batch)
{
    /// <summary>All of them; the same stand in pytorch_baseline.py.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("A", 5, 2, 10, 1024),
        new("B", 20, 5, 10, 1024),
        new("C", 100, 20, 10, 1024),
        new("D", 2, 1, 100, 1024),
        new("E", 200, 20, 20, 2048),
        new("F1", 400, 30, 1, 1024),
        new("F2", 10_000, 1_000, 1, 256),
    ];

    /// <summary>Rows that a step of all instances reads.</summary>
    public long SamplesPerStep => (long)Batch * Instances;

    /// <summary>Multiplications and additions of the five dense products of a step of all instances: h = Wx, o = Wᵀh, ∂h = W∂o, and the two parts of ∂W.</summary>
    public double FlopsPerStep => 10.0 * Batch * Features * Hidden * Instances;

    public static Workload Named(string name) => All.Single(workload => workload.Name == name);

    /// <summary>Its instances, each with data and initial weights of its own: features of one density, importance 1, the defaults of the library.</summary>
    public IReadOnlyList<TrainingInstance> Create(float density, int steps, int seed) =>
    [
        .. Enumerable.Range(0, Instances).Select(instance => new TrainingInstance(
            new ToyModelOptions { Hidden = Hidden, BatchSize = Batch, Steps = steps, Seed = (seed * Instances) + instance },
            new GeneratedSamples(new FeatureDistribution(Features, density), (seed * Instances) + instance))),
    ];
}
