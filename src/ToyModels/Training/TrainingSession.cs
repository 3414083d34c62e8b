using System.Collections.Immutable;
using System.Runtime.ExceptionServices;

namespace ToyModels;

/// <summary>
/// One call of a trainer. Every restart of every instance is a job of its own; workers take jobs off one list, the dearest first. A job
/// shares nothing with the others, so that neither their order nor the number of threads can change a bit of it.
/// </summary>
internal sealed class TrainingSession
{
    private readonly ImmutableArray<Instance> _instances;
    private readonly ImmutableArray<Job> _jobs;
    private readonly EngineFactory _createEngine;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly int _threads;
    private readonly RestartResult?[] _results;
    private readonly ImmutableArray<float>[] _densities;
    private readonly long? _stepsTotal;
    private Exception? _failure;
    private long _stepsDone;
    private int _nextJob = -1;

    internal TrainingSession(
        IReadOnlyList<TrainingInstance> instances,
        EngineFactory createEngine,
        int threads,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(instances);
        if (instances.Count == 0)
        {
            throw new ArgumentException("instances is empty; give at least one model to train.", nameof(instances));
        }

        _createEngine = createEngine;
        _threads = threads;
        _progress = progress;
        _cancellationToken = cancellationToken;
        _instances = [.. instances.Select(Resolve)];
        _results = new RestartResult?[_instances.Sum(i => i.Training.Options.Restarts)];
        _densities = new ImmutableArray<float>[_results.Length];
        var slot = 0;
        _jobs =
        [
            .. _instances
                .SelectMany((instance, number) => Enumerable.Range(0, instance.Training.Options.Restarts).Select(restart => new Job(number, restart, slot++)))
                .OrderByDescending(job => Cost(_instances[job.Instance].Training)),
        ];
        _stepsTotal = _instances.Any(i => i.Training.Options.Epochs is not null)
            ? null
            : _instances.Sum(i => (long)TrainingRun.StepsOf(i.Training.Options)!.Value * i.Training.Options.Restarts);
    }

    /// <summary>Creates the engine of one job.</summary>
    internal delegate GradientEngine EngineFactory(TrainingInstance instance, ReadOnlySpan<float> importances, int threads);

    internal IReadOnlyList<TrainingResult> Run()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var workers = new Thread[Math.Min(_threads, _jobs.Length) - 1];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(Work) { IsBackground = true, Name = "toy-model training" };
            workers[i].Start();
        }

        Work();
        foreach (var worker in workers)
        {
            worker.Join();
        }

        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        if (_results.All(result => result!.StepsDone == 0) && _cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("Training was cancelled before its first step.", _cancellationToken);
        }

        var first = 0;
        return
        [
            .. _instances.Select(instance =>
            {
                var restarts = _results.AsSpan(first, instance.Training.Options.Restarts);
                var densities = _densities[first];
                first += restarts.Length;
                return new TrainingResult(instance.Training.Options, instance.Importances, densities, [.. restarts!]);
            }),
        ];
    }

    private void Work()
    {
        try
        {
            while (_failure is null && Interlocked.Increment(ref _nextJob) is var next && next < _jobs.Length)
            {
                Train(_jobs[next]);
            }
        }
#pragma warning disable CA1031 // Whatever a worker meets is thrown again on the caller's thread.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
        }
    }

    private void Train(Job job)
    {
        var (training, importances) = _instances[job.Instance];

        // Where there are fewer jobs than threads, a job gets several.
        using var engine = _createEngine(training, importances.AsSpan(), Math.Max(1, _threads / _jobs.Length));
        var run = new TrainingRun(training, job.Restart, engine);
        _results[job.Slot] = run.Run(
            steps => Interlocked.Add(ref _stepsDone, steps),
            point => _progress?.Report(new TrainingProgress(
                job.Instance, job.Restart, point.Step, point.Loss, Interlocked.Read(ref _stepsDone), _stepsTotal)),
            _cancellationToken);
        _densities[job.Slot] = run.Densities;
    }

    private static Instance Resolve(TrainingInstance training)
    {
        var features = training.Samples.FeatureCount;
        training.Options.Validate(features);
        var importances = training.Options.Importance?.Resolve(features)
            ?? (training.Samples.Importances is { IsDefault: false } carried ? carried : new UniformImportance(1).Resolve(features));
        var options = training.Options with { Seed = training.Options.Seed ?? Random.Shared.Next() };
        return new Instance(training with { Options = options }, importances);
    }

    private static double Cost(TrainingInstance training) =>
        (double)(TrainingRun.StepsOf(training.Options) ?? training.Options.Epochs!.Value)
        * training.Options.BatchSize * training.Samples.FeatureCount * (training.Options.Hidden + 2);

    private sealed record Instance(TrainingInstance Training, ImmutableArray<float> Importances);

    private readonly record struct Job(int Instance, int Restart, int Slot);
}
