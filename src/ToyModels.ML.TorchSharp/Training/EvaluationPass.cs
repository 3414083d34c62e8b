using System.Collections.Immutable;
using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>One pass over the fixed evaluation sample of a source.</summary>
internal static class EvaluationPass
{
    /// <summary>Numbers of a batch: 16 MB.</summary>
    private const int BatchNumbers = 1 << 22;

    /// <summary>The mean loss of a row; the same pass counts densities where the data carry none.</summary>
    /// <param name="samples">The source.</param>
    /// <param name="device">Where the loss is computed.</param>
    /// <param name="loss">The loss of rows [1, n, rows], summed over them.</param>
    internal static (float Loss, ImmutableArray<float> Densities) Run(SampleSource samples, Device device, Func<Tensor, double> loss)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var n = samples.FeatureCount;
        var present = zeros(n, ScalarType.Float64, device);
        var (sum, rows) = (0.0, 0L);
        using var feed = new BatchFeed([samples.OpenEvaluation()], n, Math.Clamp(BatchNumbers / n, 1, SampleSource.EvaluationRows), null, device);
        while (true)
        {
            using var inner = NewDisposeScope();
            if (feed.Next() is not { } x)
            {
                break;
            }

            sum += loss(x);
            rows += x.shape[2];
            if (samples.Densities.IsDefault)
            {
                present.add_(x.ne(0).sum([0, 2]));
            }
        }

        return (
            (float)(sum / rows),
            samples.Densities.IsDefault ? [.. present.cpu().data<double>().ToArray().Select(count => (float)(count / rows))] : samples.Densities);
    }
}
