using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>One fit of a module: made, tried, trained by the library's loss and step rule, evaluated.</summary>
internal sealed class ModuleTraining(MLContext mlContext, TorchModuleEstimatorOptions options)
{
    private readonly ToyModelOptions _schedule = options.Schedule;

    /// <summary>Trains.</summary>
    /// <param name="samples">The rows.</param>
    /// <returns>The module on the processor, ready to serve, and what came of its training.</returns>
    internal (TrainedModule Module, ModuleResult Result) Run(SampleSource samples)
    {
        using var channel = ((IHostEnvironment)mlContext).Register("TorchModule").Start("Training");
        var device = new DeviceChoice(options.Device, mlContext).Open(channel);
        var plan = new TrainingPlan([new TrainingInstance(_schedule, samples)]);
        var importances = plan.Instances[0].Importances;
        using var random = new TorchRandom(options.Seed!.Value);
        var trained = new TrainedModule(options.Create(), samples.FeatureCount, options.HiddenModule);
        if (options.FeatureLayer is { } layer)
        {
            trained.FeatureLayer(layer);
        }

        var started = Stopwatch.GetTimestamp();
        Info(channel, $"training module '{options.ContractName}': {samples.FeatureCount} features, batches of {options.BatchSize} rows, seed {options.Seed}");
        trained.Module.to(device);
        var record = Train(trained.Module, samples, importances, plan.StepsTotal, device);
        if (record.StopReason == StopReason.Diverged)
        {
            throw new InvalidOperationException(Fitting.Diverged(record.Step, options.Optimizer.LearningRate));
        }

        trained.Module.eval();
        var (loss, densities) = EvaluationPass.Run(samples, device, x => Errors(trained.Module, x, Row(importances, device)).item<float>() * Reduction(samples.FeatureCount));
        trained.Module.cpu();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Info(channel, $"{record.StopReason} after {record.Step} steps, {seconds:0.0} s: evaluation loss {loss} ({options.Reduction}), seed {options.Seed}");
        return (trained, new ModuleResult(importances, densities, options.Reduction, options.Seed!.Value, record.Step, record.StopReason, loss, record.History));
    }

    private TrainingRecord Train(nn.Module<Tensor, Tensor> module, SampleSource samples, ImmutableArray<float> importances, long? stepsTotal, Device device)
    {
        using var scope = NewDisposeScope();
        options.CancellationToken.ThrowIfCancellationRequested();
        var parameters = module.parameters().Where(p => p.requires_grad).ToArray();
        if (parameters.Length == 0)
        {
            throw new ArgumentException($"The module of contract '{options.ContractName}' has no parameter that requires a gradient; there is nothing to train.");
        }

        var steps = TrainingRun.StepsOf(_schedule);
        var reader = samples.OpenTraining(options.Epochs, options.Seed!.Value);
        using var feed = new BatchFeed([reader], samples.FeatureCount, options.BatchSize, steps, device);
        var optimizer = new TensorAdamW(options.Optimizer, parameters);
        var weights = Row(importances, device);
        var losses = zeros(1, ScalarType.Float64, device);
        var record = new TrainingRecord(_schedule, 0, Numbers(parameters), []);
        var step = 0;
        module.train();
        while (step != steps && record.StopReason == StopReason.Completed)
        {
            if (options.CancellationToken.IsCancellationRequested)
            {
                record.Cancel();
            }
            else if (Step(module, feed, parameters, optimizer, weights, losses))
            {
                step++;
                if (TrainingRecord.IsDue(step, steps))
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

        record.RequireRows();
        return record;

        void Record()
        {
            using var inner = NewDisposeScope();
            if (record.Add(step, losses.cpu().item<double>(), Numbers(parameters), []) is { } point)
            {
                losses.zero_();
                options.Progress?.Report(new TrainingProgress(0, 0, point.Step, point.Loss, step, stepsTotal));
            }
        }
    }

    private bool Step(
        nn.Module<Tensor, Tensor> module, BatchFeed feed, IReadOnlyList<Tensor> parameters, TensorAdamW optimizer, Tensor weights, Tensor losses)
    {
        using var scope = NewDisposeScope();
        if (feed.Next() is not { } x)
        {
            return false;
        }

        var loss = Errors(module, x, weights).mul(Reduction(x.shape[1]) / x.shape[2]);
        loss.backward();

        // A parameter that took no part has no gradient yet; the others' are cleared here, for the next step adds to them.
        var gradients = parameters.Select(p => p.grad).ToArray();
        optimizer.Step(gradients);
        losses.add_(loss.detach());
        foreach (var gradient in gradients)
        {
            gradient?.zero_();
        }

        return true;
    }

    private float Reduction(long features) => options.Reduction == LossReduction.MeanOverFeatures ? 1f / features : 1f;

    /// <summary>Σ over rows of Σ_i I_i (x_i − x'_i)².</summary>
    /// <param name="module">Gives x'.</param>
    /// <param name="x">Rows, [1, n, rows].</param>
    /// <param name="importances">I, [n].</param>
    private static Tensor Errors(nn.Module<Tensor, Tensor> module, Tensor x, Tensor importances)
    {
        var rows = x.squeeze(0).transpose(0, 1).contiguous();
        return (module.call(rows) - rows).square().mul(importances).sum();
    }

    private static Tensor Row(ImmutableArray<float> values, Device device) => tensor((float[])[.. values], [values.Length], device: device);

    private static float[] Numbers(IEnumerable<Tensor> parameters)
    {
        using var scope = NewDisposeScope();
        return [.. parameters.SelectMany(p => p.detach().to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray())];
    }

    private static void Info(IChannel channel, FormattableString message) => channel.Info(MessageSensitivity.None, "{0}", FormattableString.Invariant(message));
}
