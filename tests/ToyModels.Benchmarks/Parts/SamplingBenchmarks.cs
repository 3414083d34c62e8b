using BenchmarkDotNet.Attributes;

namespace ToyModels.Benchmarks;

/// <summary>Drawing one block of features: at density 1/10 every element is drawn, at 1/100 the gaps between non-zeros are.</summary>
public class SamplingBenchmarks
{
    private FeatureSampler _sampler = null!;
    private float[] _block = null!;
    private long _number;

    [Params(5, 100, 1000)]
    public int Features { get; set; }

    [Params(0.1f, 0.01f)]
    public float Density { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _sampler = new FeatureSampler(new FeatureDistribution(Features, Density), seed: 1);
        _block = new float[Features * _sampler.BlockRows];
    }

    [Benchmark]
    public void Block() => _sampler.FillBlock(_number++, _block);
}
