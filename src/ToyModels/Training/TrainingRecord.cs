using System.Collections.Immutable;

namespace ToyModels;

/// <summary>What one training has recorded: its loss history, the model at the last record, and whether it went astray.</summary>
internal sealed class TrainingRecord
{
    /// <summary>Every so many steps a loss is recorded.</summary>
    internal const int Every = 50;

    private readonly ToyModelOptions _options;
    private readonly int _restart;
    private readonly float[] _weights;
    private readonly float[] _bias;
    private readonly ImmutableArray<LossPoint>.Builder _history = ImmutableArray.CreateBuilder<LossPoint>();
    private readonly ImmutableArray<ModelSnapshot>.Builder _snapshots = ImmutableArray.CreateBuilder<ModelSnapshot>();

    /// <param name="options">How it is trained.</param>
    /// <param name="restart">Number of the restart, from 0.</param>
    /// <param name="weights">The n·m initial weights, feature-major.</param>
    /// <param name="bias">The n initial biases.</param>
    internal TrainingRecord(ToyModelOptions options, int restart, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        _options = options;
        _restart = restart;
        _weights = weights.ToArray();
        _bias = bias.ToArray();
        if (IsSnapshotDue(0))
        {
            TakeSnapshot(0, weights, bias);
        }
    }

    /// <summary>Why the training stopped, as far as is known.</summary>
    internal StopReason StopReason { get; private set; } = StopReason.Completed;

    /// <summary>The last step recorded; 0 for none.</summary>
    internal int Step { get; private set; }

    /// <summary>The recorded losses.</summary>
    internal ImmutableArray<LossPoint> History => _history.ToImmutable();

    /// <summary>Whether a step is one of those that are recorded in any case: the first, every 50th, and the last.</summary>
    /// <param name="step">Step from 1.</param>
    /// <param name="steps">The last step; null where the rows tell.</param>
    internal static bool IsDue(int step, int? steps) => step == 1 || step % Every == 0 || step == steps;

    /// <summary>Whether the next snapshot asked for is that of a step.</summary>
    /// <param name="step">Step from 0.</param>
    internal bool IsSnapshotDue(int step) => _options.Snapshots is { } steps && _snapshots.Count < steps.Count && steps[_snapshots.Count] == step;

    /// <summary>Keeps the model of a step. What has diverged without having been noticed yet is no model.</summary>
    /// <param name="step">The step.</param>
    /// <param name="weights">The weights after it.</param>
    /// <param name="bias">The biases after it.</param>
    internal void TakeSnapshot(int step, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        if (AreFinite(weights) && AreFinite(bias))
        {
            _snapshots.Add(new ModelSnapshot(step, new ToyModel(_options.Kind, _options.Hidden, weights, bias)));
        }
    }

    /// <summary>Notes that the training was cancelled.</summary>
    internal void Cancel() => StopReason = StopReason.Cancelled;

    /// <summary>Records a step and the parameters behind it, or that the training diverged: what was recorded before then stays.</summary>
    /// <param name="step">The step.</param>
    /// <param name="losses">Sum of the batch losses since the record before.</param>
    /// <param name="weights">The weights after it.</param>
    /// <param name="bias">The biases after it.</param>
    /// <returns>The loss; null where it, a weight or a bias is not finite.</returns>
    internal LossPoint? Add(int step, double losses, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        var loss = (float)(losses / (step - Step));
        if (!float.IsFinite(loss) || !AreFinite(weights) || !AreFinite(bias))
        {
            StopReason = StopReason.Diverged;
            return null;
        }

        Step = step;
        weights.CopyTo(_weights);
        bias.CopyTo(_bias);
        _history.Add(new LossPoint(step, loss));
        return _history[^1];
    }

    /// <summary>The result.</summary>
    /// <param name="evaluate">The loss of a model on the evaluation sample.</param>
    /// <exception cref="InvalidDataException">Nothing was recorded, and the training was not stopped: there were no rows.</exception>
    internal RestartResult Close(Func<ToyModel, float> evaluate)
    {
        RequireRows();
        var model = new ToyModel(_options.Kind, _options.Hidden, _weights, _bias);
        var loss = evaluate(model);
        return new RestartResult(
            _restart, model, StopReason == StopReason.Diverged ? float.PositiveInfinity : loss, Step, StopReason, History)
        {
            Snapshots = [.. _snapshots.Where(snapshot => snapshot.Step <= Step)],
        };
    }

    /// <summary>Throws where nothing was recorded though nothing stopped the training.</summary>
    /// <exception cref="InvalidDataException">There were no rows.</exception>
    internal void RequireRows()
    {
        if (Step == 0 && StopReason == StopReason.Completed)
        {
            throw new InvalidDataException("The training data have no rows; at least one is needed.");
        }
    }

    private static bool AreFinite(ReadOnlySpan<float> values)
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
