using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using ToyModels;

// Prints the vector widths that this process sees, then one hash a line. DeterminismTests runs it under different hardware settings.
Console.WriteLine($"widths {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0)}");

foreach (var (n, density) in (IEnumerable<(int, float)>)[(20, 1), (20, 0.3f), (20, 1f / 16), (20, 0.05f), (20, 0.002f), (100, 0.1f), (5, 0.1f), (3, 0.001f)])
{
    var sampler = new FeatureSampler(new FeatureDistribution(n, density, ValueRange.Symmetric), seed: 7);
    var block = new float[n * sampler.BlockRows];
    sampler.FillBlock(3, block);
    Console.WriteLine($"data {n} {density} {Hash(block)}");
}

Console.WriteLine($"importance {Hash(Importance.LogSpaced(1, 0.01f).Resolve(100).AsSpan())} {Hash(Importance.Geometric(0.9f).Resolve(80).AsSpan())}");

foreach (var (n, m, density) in (IEnumerable<(int, int, float)>)[(100, 20, 0.5f), (33, 70, 0.1f), (5, 2, 0.5f)])
{
    var drawn = new FeatureSampler(new FeatureDistribution((m + 1) * n, 1, ValueRange.Symmetric), seed: 5);
    var numbers = new float[drawn.BlockRows * (m + 1) * n];
    drawn.FillBlock(0, numbers);
    var model = new ToyModel(ToyModelKind.ReluOutput, m, numbers.AsSpan(0, n * m), numbers.AsSpan(n * m, n));
    var sampler = new FeatureSampler(new FeatureDistribution(n, density), seed: 8);
    var rows = new float[n * sampler.BlockRows];
    sampler.FillBlock(0, rows);
    var (hidden, reconstruction) = (new float[m * sampler.BlockRows], new float[rows.Length]);
    model.EncodeBatch(rows, hidden);
    model.ReconstructBatch(rows, reconstruction);
    Console.WriteLine($"forward {n} {m} {Hash(hidden)} {Hash(reconstruction)}");
}

TrainingInstance[] instances =
[
    new(new ToyModelOptions { Hidden = 5, Steps = 60, BatchSize = 100, Seed = 1, Restarts = 2 }, Data(20, 0.2f)),
    new(new ToyModelOptions { Hidden = 3, Steps = 120, BatchSize = 64, Seed = 2, Kind = ToyModelKind.Linear, Reduction = LossReduction.MeanOverFeatures }, Data(7, 0.03f)),
    new(new ToyModelOptions { Hidden = 1, Steps = 100, BatchSize = 1024, Seed = 3, Optimizer = OptimizerOptions.Adam }, Data(2, 0.5f)),
    new(new ToyModelOptions { Hidden = 2, Steps = 50, BatchSize = 300, Seed = 5 }, Data(5, 0.1f)),
    new(new ToyModelOptions { Hidden = 2, Steps = 50, BatchSize = 300, Seed = 6 }, Data(3, 0.02f)),
    new(new ToyModelOptions { Hidden = 20, Steps = 80, BatchSize = 200, Seed = 8, Optimizer = new() { LearningRate = 0.01f } }, Data(300, 0.01f)),
    new(new ToyModelOptions { Hidden = 8, Steps = 20, BatchSize = 100, Seed = 7 }, new GeneratedSamples(new FeatureDistribution([.. Enumerable.Range(0, 40).Select(i => 0.05f / (1 + (i % 3)))]), seed: 11)),
];
foreach (var threads in (int[])[1, 2, 7])
{
    // Alone in its call, with enough to do for three threads to work on one model.
    var alone = new TrainingInstance(new ToyModelOptions { Hidden = 1, Steps = 4, BatchSize = 2400, Seed = 4 }, Data(70, 0.3f));
    Print(threads, new ToyModelTrainer(threads).Train([alone])[0]);

    // The same by the non-zeros of x.
    alone = new TrainingInstance(new ToyModelOptions { Hidden = 24, Steps = 1, BatchSize = 128, Seed = 9 }, Data(150, 0.13f));
    Print(threads, new ToyModelTrainer(threads).Train([alone])[0]);
    foreach (var result in new ToyModelTrainer(threads).Train(instances))
    {
        Print(threads, result);
    }
}

static void Print(int threads, TrainingResult result)
{
    var losses = result.Best.LossHistory.Select(point => point.Loss).Append(result.Best.EvaluationLoss).ToArray();
    Console.WriteLine($"threads {threads} n {result.Model.FeatureCount}: {Hash(result.Model.Weights)} {Hash(result.Model.Bias)} {Hash(losses)}");
}

static GeneratedSamples Data(int features, float density) => new(new FeatureDistribution(features, density), seed: 11);

static string Hash(ReadOnlySpan<float> values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)))[..16];
