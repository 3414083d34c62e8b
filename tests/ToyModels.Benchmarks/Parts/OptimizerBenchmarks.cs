using BenchmarkDotNet.Attributes;

namespace ToyModels.Benchmarks;

/// <summary>One step of AdamW over the parameters of one instance.</summary>
public class OptimizerBenchmarks
{
    private AdamW _optimizer = null!;
    private PinnedBuffer _parameters = null!;
    private PinnedBuffer _gradient = null!;

    [Params("A", "C", "F1", "F2")]
    public string Config { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        var workload = Workload.Named(Config);
        _parameters = Padded(InitialWeights.XavierNormal(workload.Features, workload.Hidden, seed: 1, restart: 0));
        _gradient = Padded(InitialWeights.XavierNormal(workload.Features, workload.Hidden, seed: 2, restart: 0));
        _optimizer = Engines.CreateOptimizer(OptimizerOptions.AdamW, _parameters.Length);
    }

    [Benchmark]
    public void Step() => _optimizer.Step(_parameters, _gradient, 1);

    private static PinnedBuffer Padded(float[] values)
    {
        var padded = new PinnedBuffer(Lanes.RoundUp(values.Length));
        values.CopyTo(padded.Span);
        return padded;
    }
}
