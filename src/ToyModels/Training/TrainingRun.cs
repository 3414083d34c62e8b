using System.Collections.Immutable;

namespace ToyModels;

/// <summary>One restart of one instance: initial weights, the loop over steps, the loss history, the evaluation.</summary>
internal sealed class TrainingRun
{
    private readonly TrainingInstance _instance;
    private readonly ToyModelOptions _options;
    private readonly GradientEngine _engine;
    private readonly AdamW _optimizer;
    private readonly int _features;
    private readonly int _restart;
    private readonly int? _steps;
    private readonly double _reduction;
    private readonly float _scale;

    // W, then b, then zeros that stay zero up to a whole number of vectors.
    private readonly PinnedBuffer _parameters;

    // As long, in the same order: the engine's own, or a copy of what it has in two pieces.
    private readonly PinnedBuffer _gradient;

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
        _reduction = _options.Reduction == LossReduction.MeanOverFeatures ? 1.0 / _features : 1.0;
        _scale = (float)(_reduction / _options.BatchSize);
        _parameters = new(Lanes.RoundUp(checked(_features * (_options.Hidden + 1))));
        _gradient = engine.Gradient ?? new(_parameters.Length);
        InitialWeights.XavierNormal(_features, _options.Hidden, _options.Seed!.Value, restart).CopyTo(_parameters.Span);
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
        var record = new TrainingRecord(_options, _restart, Weights, Bias);
        var losses = 0.0;
        var step = 0;
        while (step != _steps && record.StopReason == StopReason.Completed)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                record.Cancel();
            }
            else if (Step(reader, isLast: step + 1 == _steps) is { } loss)
            {
                step++;
                losses += loss;
                if (record.IsSnapshotDue(step))
                {
                    record.TakeSnapshot(step, Weights, Bias);
                }

                if (TrainingRecord.IsDue(step, _steps))
                {
                    Record();
                }
            }
            else
            {
                break;
            }
        }

        if (step > record.Step && record.StopReason != StopReason.Diverged)
        {
            Record();
        }

        return record.Close(Evaluate);

        void Record()
        {
            onSteps(step - record.Step);
            if (record.Add(step, losses, Weights, Bias) is { } point)
            {
                losses = 0;
                onRecord(point);
            }
        }
    }

    /// <summary>One optimiser step.</summary>
    /// <returns>The mean loss of the batch; null where the rows are at their end.</returns>
    private double? Step(SampleReader reader, bool isLast)
    {
        _engine.BeginInPlace(_parameters);

        // The last batch of the last epoch may be short, which shows only when it has been read: its mean is put right after.
        var loss = 0.0;
        var samples = 0;
        while (samples < _options.BatchSize)
        {
            var read = _engine.Read(reader, RowsAfter(samples));
            if (read == 0)
            {
                break;
            }

            samples += read;
            if (samples < _options.BatchSize || !isLast)
            {
                _engine.Expect(reader, RowsAfter(samples % _options.BatchSize));
            }

            _engine.Accumulate(_scale, ref loss);
        }

        if (samples == 0)
        {
            return null;
        }

        _engine.End();
        if (_engine.Gradient is null)
        {
            _engine.WeightGradient.CopyTo(_gradient.Span);
            _engine.BiasGradient.CopyTo(_gradient.Span[Weights.Length..]);
        }

        _optimizer.Step(_parameters, _gradient, samples == _options.BatchSize ? 1 : (float)((double)_options.BatchSize / samples), _engine.Team);
        return loss * _reduction / samples;
    }

    /// <summary>Rows of the chunk that follows so many samples of a batch.</summary>
    private int RowsAfter(int samples) => Math.Min(_engine.ChunkRows, _options.BatchSize - samples);

    /// <summary>The loss on the fixed evaluation sample; the same pass counts densities where the data carry none.</summary>
    private float Evaluate(ToyModel model)
    {
        // Training is over: the last parameters make room for those recorded.
        model.Weights.CopyTo(_parameters.Span);
        model.Bias.CopyTo(_parameters.Span[model.Weights.Length..]);
        _engine.BeginInPlace(_parameters);
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
        return (float)(loss * _reduction / samples);
    }

    private ReadOnlySpan<float> Weights => _parameters.Span[..(_features * _options.Hidden)];

    private ReadOnlySpan<float> Bias => _parameters.Span.Slice(_features * _options.Hidden, _features);
}
