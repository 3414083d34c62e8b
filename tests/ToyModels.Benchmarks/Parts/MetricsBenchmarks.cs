using BenchmarkDotNet.Attributes;

namespace ToyModels.Benchmarks;

/// <summary>All measures of a model in random directions, what is allocated for them, and WᵀW alone.</summary>
[MemoryDiagnoser]
public class MetricsBenchmarks
{
    private ToyModel _model = null!;
    private float[] _importances = null!;
    private float[] _densities = null!;
    private ModelMetrics _metrics = null!;

    /// <summary>n and m.</summary>
    [Params("1000 × 20", "1000 × 100", "10000 × 1000")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var sizes = Shape.Split(" × ").Select(int.Parse).ToArray();
        var (features, hidden) = (sizes[0], sizes[1]);
        _model = new ToyModel(ToyModelKind.ReluOutput, hidden, InitialWeights.XavierNormal(features, hidden, seed: 1, restart: 0), new float[features]);
        _importances = Enumerable.Repeat(1f, features).ToArray();
        _densities = Enumerable.Repeat(0.1f, features).ToArray();
        _metrics = Measure();
    }

    [Benchmark]
    public ModelMetrics Measure() => ModelMetrics.Measure(_model, _importances, _densities);

    [Benchmark]
    public float[] Gram() => _metrics.Gram();
}
