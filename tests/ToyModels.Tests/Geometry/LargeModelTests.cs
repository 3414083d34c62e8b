namespace ToyModels.Tests;

/// <summary>Runs alone: it counts what the whole process allocates.</summary>
[CollectionDefinition(nameof(LargeModelTests), DisableParallelization = true)]
[Collection(nameof(LargeModelTests))]
public class LargeModelTests
{
    private const int Features = 5_000;
    private const int Hidden = 8;

    [Fact]
    public void Large_model_is_measured_in_a_fraction_of_the_memory_of_its_Gram_matrix()
    {
        var random = new Random(17);
        var weights = Enumerable.Range(0, Features * Hidden).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        var model = new ToyModel(ToyModelKind.ReluOutput, Hidden, weights, new float[Features]);
        var ones = Enumerable.Repeat(1f, Features).ToArray();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var metrics = ModelMetrics.Measure(model, ones, ones);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        // The Gram matrix would be 200 MB in double, 100 in single. Needed are 72 rows of it, however many threads there are.
        Assert.InRange(allocated, 0, 10_000_000);
        Assert.InRange(metrics.TotalDimensionality, 0.9 * Hidden, Hidden);
    }
}
