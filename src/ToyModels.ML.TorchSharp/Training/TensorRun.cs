using System.Collections.Immutable;
using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>
/// All restarts of instances of one shape and one set of options, side by side in one tensor program: initial weights, the loop over steps,
/// the loss histories, the evaluation. What happens to one of them, divergence included, does not touch the others.
/// </summary>
internal sealed class TensorRun
{
    private readonly IReadOnlyList<TrainingPlan.Instance> _instances;
    private readonly ToyModelOptions _options;
    private readonly Device _device;
    private readonly TrainingRecord[] _records;
    private readonly float[][] _initial;
    private readonly int _features;

    /// <param name="instances">Instances that differ in seed, importances and data alone.</param>
    /// <param name="device">Where they are trained.</param>
    internal TensorRun(IReadOnlyList<TrainingPlan.Instance> instances, Device device)
    {
        _instances = instances;
        _device = device;
        _options = instances[0].Training.Options;
        _features = instances[0].Training.Samples.FeatureCount;
        _initial =
        [
            .. instances.SelectMany(i => Enumerable.Range(0, _options.Restarts)
                .Select(restart => InitialWeights.XavierNormal(_features, _options.Hidden, i.Training.Options.Seed!.Value, restart))),
        ];
        _records = [.. _initial.Select((weights, job) => new TrainingRecord(_options, job % _options.Restarts, weights, new float[_features]))];
    }

    /// <summary>Trains.</summary>
    /// <param name="onRecord">Told of every recorded loss, with the number of the instance and of its restart.</param>
    /// <param name="onSteps">Told after every step of all, with the number of trainings that it moved.</param>
    /// <param name="cancellationToken">Stops after the step in hand.</param>
    /// <returns>The result of every restart, with the densities that it saw, instance by instance.</returns>
    internal IReadOnlyList<(RestartResult Result, ImmutableArray<float> Densities)> Run(
        Action<int, int, LossPoint> onRecord, Action<int> onSteps, CancellationToken cancellationToken)
    {
        Train(onRecord, onSteps, cancellationToken);
        return
        [
            .. _records.Select((record, job) =>
            {
                var densities = ImmutableArray<float>.Empty;
                var result = record.Close(model => Evaluate(_instances[job / _options.Restarts], model, out densities));
                return (result, densities);
            }),
        ];
    }

    private void Train(Action<int, int, LossPoint> onRecord, Action<int> onSteps, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var steps = TrainingRun.StepsOf(_options);
        var readers = _instances.Select(i => i.Training.Samples.OpenTraining(_options.Epochs, i.Training.Options.Seed!.Value));
        using var feed = new BatchFeed(readers, _features, _options.BatchSize, steps, _device);
        var models = new TensorModels(
            _options,
            _initial,
            [.. _records.Select(_ => new float[_features])],
            [.. _instances.SelectMany(i => Enumerable.Repeat(i.Importances.ToArray(), _options.Restarts))],
            _device);
        var optimizer = new TensorAdamW(_options.Optimizer, models.Parameters);
        var losses = zeros(_records.Length, ScalarType.Float64, _device);
        var running = Enumerable.Range(0, _records.Length).ToList();
        var step = 0;
        while (step != steps && running.Count > 0)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                running.ForEach(job => _records[job].Cancel());
                break;
            }

            if (!Step(feed, models, optimizer, losses))
            {
                break;
            }

            step++;
            onSteps(running.Count);
            if (running.Exists(job => _records[job].IsSnapshotDue(step)))
            {
                TakeSnapshots(step, models, running);
            }

            if (TrainingRecord.IsDue(step, steps))
            {
                Record(step, models, losses, running, onRecord);
            }
        }

        if (running.Count > 0 && step > _records[running[0]].Step)
        {
            Record(step, models, losses, running, onRecord);
        }
    }

    private bool Step(BatchFeed feed, TensorModels models, TensorAdamW optimizer, Tensor losses)
    {
        using var scope = NewDisposeScope();
        if (feed.Next() is not { } batch)
        {
            return false;
        }

        // The restarts of an instance see the same rows.
        var (means, gradients) = models.Gradient(_options.Restarts == 1 ? batch : batch.repeat_interleave(_options.Restarts, 0));
        losses.add_(means);
        optimizer.Step(gradients);
        return true;
    }

    private void TakeSnapshots(int step, TensorModels models, List<int> running)
    {
        using var scope = NewDisposeScope();
        var (weights, bias, size) = (models.Weights, models.Bias, _features * _options.Hidden);
        foreach (var job in running)
        {
            _records[job].TakeSnapshot(step, weights.AsSpan(job * size, size), bias.AsSpan(job * _features, _features));
        }
    }

    /// <summary>Where a step waits for the device: every 50th, and where a snapshot is asked for.</summary>
    private void Record(int step, TensorModels models, Tensor losses, List<int> running, Action<int, int, LossPoint> onRecord)
    {
        using var scope = NewDisposeScope();
        var (sums, weights, bias) = (losses.cpu().data<double>().ToArray(), models.Weights, models.Bias);
        losses.zero_();
        foreach (var job in running.ToArray())
        {
            var size = _features * _options.Hidden;
            if (_records[job].Add(step, sums[job], weights.AsSpan(job * size, size), bias.AsSpan(job * _features, _features)) is { } point)
            {
                onRecord(job / _options.Restarts, job % _options.Restarts, point);
            }
            else
            {
                running.Remove(job);
            }
        }
    }

    private float Evaluate(TrainingPlan.Instance instance, ToyModel model, out ImmutableArray<float> densities)
    {
        using var scope = NewDisposeScope();
        var single = new TensorModels(_options, [model.Weights.ToArray()], [model.Bias.ToArray()], [[.. instance.Importances]], _device);
        (var loss, densities) = EvaluationPass.Run(instance.Training.Samples, _device, single.Loss);
        return loss;
    }
}
