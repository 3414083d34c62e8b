using System.Collections.Immutable;

namespace ToyModels;

/// <summary>One restart of one instance: initial weights, the loop over steps, the loss history, the evaluation.</summary>
internal sealed class TrainingRun
{
    /// <summary>Every so many steps a loss is recorded.</summary>
    internal const int RecordEvery = 50;

    private readonly TrainingInstance _instance;
    private readonly ToyModelOptions _options;
    private readonly GradientEngine _engine;
    private readonly AdamW _optimizer;
    private readonly int _features;
    private readonly int _restart;
    private readonly int? _steps;

    // W, then b, then zeros that stay zero up to a whole number of vectors.
    private readonly float[] _parameters;
    private readonly float[] _gradient;
    private readonly ImmutableArray<ModelSnapshot>.Builder _snapshots = ImmutableArray.CreateBuilder<ModelSnapshot>();
    private readonly ImmutableArray<LossPoint>.Builder _history = ImmutableArray.CreateBuilder<LossPoint>();

    /// <param name="instance">What to train; its options hold the resolved seed.</param>
    /// <param name="restart">Number of the restart, from 0: it names the initial weights.</param>
    /// <param name="engine">Computes loss and gradient.</param>
    internal TrainingRun(TrainingInstance instance, int restart, GradientEngine engine)
    {
        _instance = instance;
        _options = instance.Options;
        _restart = restart;
        _engine = engine;
        _features = instance.Samples.FeatureCount;
        _steps = StepsOf(_options);
        _parameters = new float[Lanes.RoundUp(checked(_features * (_options.Hidden + 1)))];
        _gradient = new float[_parameters.Length];
        InitialWeights.XavierNormal(_features, _options.Hidden, _options.Seed!.Value, restart).CopyTo(_parameters, 0);
        _optimizer = Engines.CreateOptimizer(_options.Optimizer, _parameters.Length);
    }

    /// <summary>n densities: those that the data carry, else the fraction of non-zeros among all rows. Known after <see cref="Run"/>.</summary>
    internal ImmutableArray<float> Densities { get; private set; }

    /// <summary>Number of steps; null where epochs are counted.</summary>
    internal static int? StepsOf(ToyModelOptions options) => options.Epochs is null ? options.Steps ?? ToyModelOptions.DefaultSteps : null;

    /// <summary>Trains.</summary>
    /// <param name="onSteps">
    /// Told how many steps were made since it was told last, before every record: not at every step, where threads would fight for the one counter.
    /// </param>
    /// <param name="onRecord">Told of every recorded loss.</param>
    /// <param name="cancellationToken">Stops after the step in hand.</param>
    internal RestartResult Run(Action<int> onSteps, Action<LossPoint> onRecord, CancellationToken cancellationToken)
    {
        using var reader = _instance.Samples.OpenTraining(_options.Epochs, _options.Seed!.Value);
        var lossSinceRecord = 0.0;
        var recorded = 0;
        var step = 0;
        var kept = (float[])_parameters.Clone();
        var reason = StopReason.Completed;
        TakeSnapshot(step);
        while (step != _steps)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                reason = StopReason.Cancelled;
                break;
            }

            if (Step(reader) is not { } loss)
            {
                break;
            }

            step++;
            lossSinceRecord += loss;
            TakeSnapshot(step);
            if (step == 1 || step % RecordEvery == 0 || step == _steps)
            {
                Record(step);
                if (reason == StopReason.Diverged)
                {
                    break;
                }
            }
        }

        if (step > recorded && reason != StopReason.Diverged)
        {
            Record(step);
        }

        if (step == 0 && reason == StopReason.Completed)
        {
            throw new InvalidDataException("The training data have no rows; at least one is needed.");
        }

        var isDiverged = reason == StopReason.Diverged;
        var final = isDiverged ? kept : _parameters;
        var model = ModelOf(final);
        var stepsDone = isDiverged ? recorded : step;
        var evaluation = Evaluate(model);
        return new RestartResult(
            _restart,
            model,
            isDiverged ? float.PositiveInfinity : evaluation,
            stepsDone,
            reason,
            _history.ToImmutable())
        {
            Snapshots = [.. _snapshots.Where(snapshot => snapshot.Step <= stepsDone)],
        };

        void Record(int at)
        {
            onSteps(at - recorded);
            var loss = (float)(lossSinceRecord / (at - recorded));
            if (!float.IsFinite(loss) || !AllFinite(_parameters))
            {
                reason = StopReason.Diverged;
                return;
            }

            recorded = at;
            lossSinceRecord = 0;
            _parameters.CopyTo(kept, 0);
            _history.Add(new LossPoint(at, loss));
            onRecord(_history[^1]);
        }
    }

    /// <summary>Keeps the model where its step is asked for. What has diverged without having been noticed yet is no model.</summary>
    private void TakeSnapshot(int step)
    {
        if (_options.Snapshots is { } steps && _snapshots.Count < steps.Count && steps[_snapshots.Count] == step && AllFinite(_parameters))
        {
            _snapshots.Add(new ModelSnapshot(step, ModelOf(_parameters)));
        }
    }

    private ToyModel ModelOf(float[] parameters) => new(_options.Kind, _options.Hidden, WeightsOf(parameters), BiasOf(parameters));

    /// <summary>One optimiser step.</summary>
    /// <returns>The mean loss of the batch; null where the rows are at their end.</returns>
    private double? Step(SampleReader reader)
    {
        _engine.Begin(WeightsOf(_parameters), BiasOf(_parameters));

        // The last batch of the last epoch may be short, which shows only when it has been read: its mean is put right after.
        var loss = 0.0;
        var samples = 0;
        var scale = (float)(Reduction / _options.BatchSize);
        while (samples < _options.BatchSize)
        {
            var read = _engine.Read(reader, Math.Min(_engine.ChunkRows, _options.BatchSize - samples));
            if (read == 0)
            {
                break;
            }

            _engine.Accumulate(scale, ref loss);
            samples += read;
        }

        if (samples == 0)
        {
            return null;
        }

        _engine.End();
        _engine.WeightGradient.CopyTo(_gradient);
        _engine.BiasGradient.CopyTo(_gradient.AsSpan(_features * _options.Hidden));
        _optimizer.Step(_parameters, _gradient, (float)((double)_options.BatchSize / samples));
        return loss * Reduction / samples;
    }

    private double Reduction => _options.Reduction == LossReduction.MeanOverFeatures ? 1.0 / _features : 1.0;

    /// <summary>The loss on the fixed evaluation sample; the same pass counts densities where the data carry none.</summary>
    private float Evaluate(ToyModel model)
    {
        _engine.Begin(model.Weights, model.Bias);
        using var reader = _instance.Samples.OpenEvaluation();
        var present = new long[_features];
        var isCounted = _instance.Samples.Densities.IsDefault;
        var loss = 0.0;
        var samples = 0L;
        while (_engine.Read(reader, _engine.ChunkRows) is var read and > 0)
        {
            _engine.AddLoss(ref loss);
            samples += read;
            if (isCounted)
            {
                _engine.CountPresent(present);
            }
        }

        Densities = isCounted ? [.. present.Select(count => (float)((double)count / samples))] : _instance.Samples.Densities;
        return (float)(loss * Reduction / samples);
    }

    private ReadOnlySpan<float> WeightsOf(float[] parameters) => parameters.AsSpan(0, _features * _options.Hidden);

    private ReadOnlySpan<float> BiasOf(float[] parameters) => parameters.AsSpan(_features * _options.Hidden, _features);

    private static bool AllFinite(float[] values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
