using BenchmarkDotNet.Attributes;

namespace ToyModels.Benchmarks;

/// <summary>One batch of one instance of a workload: the loss alone, the whole gradient, and both with the drawing of the rows.</summary>
public class GradientBenchmarks
{
    private GradientEngine _engine = null!;
    private SampleReader _reader = null!;
    private float[] _weights = null!;
    private float[] _bias = null!;
    private int _rows;

    [Params("A", "B", "C", "D", "E", "F1")]
    public string Config { get; set; } = null!;

    [Params(0.1f, 0.01f)]
    public float Density { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var workload = Workload.Named(Config);
        var instance = workload.Create(Density, steps: 500, seed: 1)[0];
        var trained = new ToyModelTrainer(1).Train([instance])[0];
        (_weights, _bias) = (trained.Model.Weights.ToArray(), trained.Model.Bias.ToArray());
        _engine = Engines.Create(instance, trained.Importances.AsSpan(), threads: 1);
        _reader = instance.Samples.OpenTraining(epochs: null, seed: 1);
        _rows = Math.Min(_engine.ChunkRows, workload.Batch);
        _engine.Begin(_weights, _bias);
        _engine.Read(_reader, _rows);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _reader.Dispose();
        _engine.Dispose();
    }

    [Benchmark]
    public double Forward()
    {
        var loss = 0.0;
        _engine.AddLoss(ref loss);
        return loss;
    }

    [Benchmark]
    public double Gradient()
    {
        _engine.Begin(_weights, _bias);
        var loss = 0.0;
        _engine.Accumulate(1f / _rows, ref loss);
        _engine.End();
        return loss;
    }

    [Benchmark]
    public double DrawAndGradient()
    {
        _engine.Begin(_weights, _bias);
        _engine.Read(_reader, _rows);
        var loss = 0.0;
        _engine.Accumulate(1f / _rows, ref loss);
        _engine.End();
        return loss;
    }
}
