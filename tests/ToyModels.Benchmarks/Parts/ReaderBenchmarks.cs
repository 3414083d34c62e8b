using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using Microsoft.ML.Data;
using ToyModels.ML;

namespace ToyModels.Benchmarks;

/// <summary>Reading one chunk of rows the way the engine of its workload reads them, and the gradient of the chunk: what reading has to stay below.</summary>
public class ReaderBenchmarks
{
    private const int Rows = 8192;
    private GradientEngine _engine = null!;
    private SampleReader _reader = null!;
    private float[] _weights = null!;
    private float[] _bias = null!;
    private int _rows;

    [Params("C", "E", "F1")]
    public string Config { get; set; } = null!;

    [Params(0.1f, 0.01f)]
    public float Density { get; set; }

    /// <summary>Where the rows come from: drawn, whole rows in memory, non-zeros in memory, or a view of ML.NET, of dense or of sparse vectors.</summary>
    [Params("drawn", "rows", "non-zeros", "dense view", "sparse view")]
    public string Source { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        var workload = Workload.Named(Config);
        var drawn = workload.Create(Density, steps: 100, seed: 1)[0];
        var instance = drawn with { Samples = Create((GeneratedSamples)drawn.Samples) };
        var model = new ToyModelTrainer(1).Train([drawn])[0];
        (_weights, _bias) = (model.Model.Weights.ToArray(), model.Model.Bias.ToArray());
        _engine = Engines.Create(instance, model.Importances.AsSpan(), threads: 1);
        _reader = instance.Samples.OpenTraining(epochs: null, seed: 1);
        _rows = Math.Min(_engine.ChunkRows, workload.Batch);
        _engine.Begin(_weights, _bias);
        for (var row = 0; row < 2 * Rows; row += _rows)
        {
            _engine.Read(_reader, _rows);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _reader.Dispose();
        _engine.Dispose();
    }

    [Benchmark]
    public int Read() => _engine.Read(_reader, _rows);

    [Benchmark]
    public double Gradient()
    {
        _engine.Begin(_weights, _bias);
        var loss = 0.0;
        _engine.Accumulate(1f / _rows, ref loss);
        _engine.End();
        return loss;
    }

    private SampleSource Create(GeneratedSamples drawn)
    {
        var n = drawn.FeatureCount;
        var samples = new SparseSamples();
        using var reader = drawn.OpenTraining(epochs: null, seed: 1);
        var (starts, features, values, whole) = (new List<int> { 0 }, new List<int>(), new List<float>(), new float[Rows * n]);
        for (var row = 0; row < Rows; row++)
        {
            reader.ReadSparse(samples, 1, n);
            features.AddRange(samples.Features);
            values.AddRange(samples.Values);
            starts.Add(values.Count);
            for (var e = 0; e < samples.Values.Length; e++)
            {
                whole[(row * n) + samples.Features[e]] = samples.Values[e];
            }
        }

        return Source switch
        {
            "drawn" => drawn,
            "rows" => SampleSource.FromRows(whole, n),
            "non-zeros" => SampleSource.FromSparseRows(starts.ToArray(), features.ToArray(), values.ToArray(), n),
            "dense view" => View(row => new VBuffer<float>(n, whole[(row * n)..((row + 1) * n)])),
            _ => View(row => new VBuffer<float>(
                n, starts[row + 1] - starts[row], [.. values[starts[row]..starts[row + 1]]], [.. features[starts[row]..starts[row + 1]]])),
        };

        SampleSource View(Func<int, VBuffer<float>> row)
        {
            var schema = SchemaDefinition.Create(typeof(Example));
            schema[nameof(Example.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, n);
            var view = new MLContext(seed: 1).Data.LoadFromEnumerable(Enumerable.Range(0, Rows).Select(r => new Example { Features = row(r) }).ToArray(), schema);
            return ViewSamples.Of(view, nameof(Example.Features), shuffle: false).Samples;
        }
    }

    private sealed class Example
    {
        public VBuffer<float> Features { get; set; }
    }
}
