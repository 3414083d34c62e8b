using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;

namespace ToyModels.ML;

/// <summary>Tells the log of the context how a training goes, ten times between start and end, and passes progress on.</summary>
internal sealed class TrainingLog(IChannel channel, IReadOnlyList<TrainingInstance> instances, IProgress<TrainingProgress>? progress)
    : IProgress<TrainingProgress>
{
    private const int LinesWhereTotalIsKnown = 10;
    private const int StepsALineOtherwise = 1000;

    private readonly Lock _lock = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _lastLine;

    public void Report(TrainingProgress value)
    {
        var line = value.StepsTotal is { } total ? value.StepsDone * LinesWhereTotalIsKnown / total : value.StepsDone / StepsALineOtherwise;
        lock (_lock)
        {
            if (line > _lastLine)
            {
                _lastLine = line;
                var of = value.StepsTotal is { } t ? string.Create(CultureInfo.InvariantCulture, $" of {t}") : "";
                Info($"step {value.StepsDone}{of}: {Model(value.Instance)}restart {value.Restart}, step {value.Step}, batch loss {value.Loss}");
            }
        }

        progress?.Report(value);
    }

    internal void CannotShuffle(int instance) =>
        Warning($"{Model(instance)}the view cannot shuffle; its rows are read in their own order. Shuffle them before the model, or turn Shuffle off.");

    internal void Started()
    {
        for (var i = 0; i < instances.Count; i++)
        {
            var options = instances[i].Options;
            var n = instances[i].Samples.FeatureCount;
            var length = options.Epochs is { } epochs ? $"{epochs} epochs" : $"{options.Steps ?? ToyModelOptions.DefaultSteps} steps";
            var shape = $"{n} features, {options.Hidden} hidden dimensions";
            Info($"{Model(i)}training {options.Kind}: {shape}, {length} of {options.BatchSize} rows, {options.Restarts} restarts, seed {options.Seed}");
            if (options.Hidden >= n)
            {
                Warning($"{Model(i)}{shape}: there is no bottleneck, so there will be no superposition. Use fewer hidden dimensions than features.");
            }
        }
    }

    internal void Ended(IReadOnlyList<TrainingResult> results)
    {
        var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        for (var i = 0; i < results.Count; i++)
        {
            var best = results[i].Best;
            var (reduction, rate, seed) = (results[i].Options.Reduction, results[i].Options.Optimizer.LearningRate, results[i].Seed);
            Info($"{Model(i)}{best.StopReason} after {best.StepsDone} steps, {seconds:0.0} s: evaluation loss {best.EvaluationLoss} ({reduction}), seed {seed}");
            foreach (var restart in results[i].Restarts)
            {
                if (restart.StopReason == StopReason.Diverged)
                {
                    Warning($"{Model(i)}restart {restart.Restart} diverged after step {restart.StepsDone} with learning rate {rate}. Try a lower learning rate.");
                }
            }
        }
    }

    private string Model(int instance) => instances.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"model {instance}: ");

    private void Info(FormattableString message) => channel.Info(MessageSensitivity.None, "{0}", FormattableString.Invariant(message));

    private void Warning(FormattableString message) => channel.Warning(MessageSensitivity.None, "{0}", FormattableString.Invariant(message));
}
