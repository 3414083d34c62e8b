using BenchmarkDotNet.Attributes;

namespace ToyModels.Benchmarks;

/// <summary>All measures of a model of n = 1000 features in random directions, and WᵀW alone.</summary>
public class MetricsBenchmarks
{
    private const int Features = 1000;
    private ToyModel _model = null!;
    private float[] _importances = null!;
    private float[] _densities = null!;
    private ModelMetrics _metrics = null!;

    [Params(20, 100)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _model = new ToyModel(ToyModelKind.ReluOutput, Hidden, InitialWeights.XavierNormal(Features, Hidden, seed: 1, restart: 0), new float[Features]);
        _importances = Enumerable.Repeat(1f, Features).ToArray();
        _densities = Enumerable.Repeat(0.1f, Features).ToArray();
        _metrics = Measure();
    }

    [Benchmark]
    public ModelMetrics Measure() => ModelMetrics.Measure(_model, _importances, _densities);

    [Benchmark]
    public float[] Gram() => _metrics.Gram();
}
