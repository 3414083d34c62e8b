using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace ToyModels.ML;

/// <summary>
/// Fits toy models with TorchSharp, on the processor or on CUDA: the same options, data, initial weights and step rule as
/// <see cref="ToyModelTrainer"/>, and the same results but for rounding.
/// </summary>
/// <remarks>
/// <para>
/// Restarts, and instances that differ in seed, importances and data alone, train side by side in one tensor program. Gradients are torch's
/// own. Worth its while where a GPU is, or where n·m is large; for small models <see cref="ToyModelTrainer"/> is faster on any processor.
/// </para>
/// <para>
/// The same seed gives the same numbers on one machine, device and version of libtorch at best: bits are not promised across any of them.
/// The application adds the native library, such as the package libtorch-cpu-linux-x64 or TorchSharp-cuda-linux.
/// </para>
/// </remarks>
public sealed class TorchSharpTrainer : IToyModelTrainer
{
    /// <summary>Numbers that the rows of one step of models side by side make at most: 64 MB, of which a step holds several.</summary>
    private const long MostNumbersOfStep = 1 << 24;

    private readonly DeviceChoice _device;
    private readonly IHostEnvironment? _environment;

    /// <summary>
    /// A trainer without a context. <see cref="TorchSharpExtensions.TorchSharpTrainer"/> makes one that heeds <see cref="MLContext.GpuDeviceId"/> and logs its device.
    /// </summary>
    /// <param name="device">"cpu", "cuda", or "cuda:0", "cuda:1", …; null for the processor.</param>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    public TorchSharpTrainer(string? device = null)
        : this(device, null)
    {
    }

    internal TorchSharpTrainer(string? device, MLContext? mlContext)
    {
        _device = new DeviceChoice(device, mlContext);
        _environment = mlContext;
    }

    /// <summary>The device that was named; null where the context tells, else the processor is used.</summary>
    public string? Device => _device.Name;

    /// <inheritdoc/>
    /// <exception cref="DllNotFoundException">TorchSharp's native library is missing; the message names the package to add.</exception>
    /// <exception cref="InvalidOperationException">The device is not there.</exception>
    public IReadOnlyList<TrainingResult> Train(
        IReadOnlyList<TrainingInstance> instances,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var plan = new TrainingPlan(instances);
        cancellationToken.ThrowIfCancellationRequested();
        using var channel = _environment?.Register("ToyModel").Start("TorchSharp");
        var device = _device.Open(channel);
        var results = new RestartResult?[plan.Jobs.Length];
        var densities = new ImmutableArray<float>[plan.Jobs.Length];
        var stepsDone = 0L;
        foreach (var group in Groups(plan))
        {
            var run = new TensorRun([.. group.Select(number => plan.Instances[number])], device);
            var restarts = run.Run(
                (instance, restart, point) =>
                    progress?.Report(new TrainingProgress(group[instance], restart, point.Step, point.Loss, stepsDone, plan.StepsTotal)),
                moved => stepsDone += moved,
                cancellationToken);
            var jobs = group.SelectMany(number => plan.Jobs.Where(job => job.Instance == number));
            foreach (var (job, (result, seen)) in jobs.Zip(restarts))
            {
                results[job.Slot] = result;
                densities[job.Slot] = seen;
            }
        }

        return plan.Results(results, densities, cancellationToken);
    }

    /// <summary>Numbers of instances that can train side by side, in groups that a device's memory holds.</summary>
    private static IEnumerable<int[]> Groups(TrainingPlan plan)
    {
        return Enumerable.Range(0, plan.Instances.Length).GroupBy(Shape).SelectMany(group =>
        {
            var (options, features, _) = group.Key;
            var numbers = (long)features * options.BatchSize * options.Restarts;
            return group.Chunk((int)Math.Clamp(MostNumbersOfStep / numbers, 1, int.MaxValue));
        });

        // Where epochs are counted, only restarts are known to end together.
        (ToyModelOptions Options, int Features, int? Alone) Shape(int number)
        {
            var (options, samples) = plan.Instances[number].Training;
            return (options with { Seed = null, Importance = null }, samples.FeatureCount, options.Epochs is null ? null : number);
        }
    }
}
