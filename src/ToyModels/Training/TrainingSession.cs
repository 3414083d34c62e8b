using System.Collections.Immutable;
using System.Runtime.ExceptionServices;

namespace ToyModels;

/// <summary>
/// One call of a trainer. Every restart of every instance is a job of its own; workers take jobs off one list, the dearest first. A job
/// shares nothing with the others, so that neither their order nor the number of threads can change a bit of it.
/// </summary>
internal sealed class TrainingSession
{
    private readonly TrainingPlan _plan;
    private readonly ImmutableArray<TrainingPlan.Job> _jobs;
    private readonly EngineFactory _createEngine;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly int _threads;
    private readonly RestartResult?[] _results;
    private readonly ImmutableArray<float>[] _densities;
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
        _createEngine = createEngine;
        _threads = threads;
        _progress = progress;
        _cancellationToken = cancellationToken;
        _plan = new TrainingPlan(instances);
        _jobs = [.. _plan.Jobs.OrderByDescending(job => Cost(_plan.Instances[job.Instance].Training))];
        _results = new RestartResult?[_jobs.Length];
        _densities = new ImmutableArray<float>[_jobs.Length];
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

        return _plan.Results(_results, _densities, _cancellationToken);
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

    private void Train(TrainingPlan.Job job)
    {
        var (training, importances) = _plan.Instances[job.Instance];

        // Where there are fewer jobs than threads, a job gets several.
        using var engine = _createEngine(training, importances.AsSpan(), Math.Max(1, _threads / _jobs.Length));
        var run = new TrainingRun(training, job.Restart, engine);
        _results[job.Slot] = _progress is { } progress
            ? run.Run(
                steps => Interlocked.Add(ref _stepsDone, steps),
                point => progress.Report(new TrainingProgress(
                    job.Instance, job.Restart, point.Step, point.Loss, Interlocked.Read(ref _stepsDone), _plan.StepsTotal)),
                _cancellationToken)
            : run.Run(_ => { }, _ => { }, _cancellationToken);
        _densities[job.Slot] = run.Densities;
    }

    private static double Cost(TrainingInstance training) =>
        (double)(TrainingRun.StepsOf(training.Options) ?? training.Options.Epochs!.Value)
        * training.Options.BatchSize * training.Samples.FeatureCount * (training.Options.Hidden + 2);
}
