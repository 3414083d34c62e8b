using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>A torch module of one's own as a step of a pipeline: how it is made, how it is trained, and its columns.</summary>
public sealed record TorchModuleEstimatorOptions
{
    /// <summary>
    /// Names the factory in saved models, which hold numbers and never code: the loading context tells its own factory under the same name
    /// with <see cref="TorchSharpExtensions.RegisterTorchModule"/>. Change it when the module's parameters change.
    /// </summary>
    public required string ContractName { get; init => field = OutputColumns.RequireName(value, nameof(ContractName)); }

    /// <summary>Makes the module, with its initial weights: input [batch, n], output [batch, n], single precision. Called once a fit and once a load.</summary>
    public required Func<nn.Module<Tensor, Tensor>> Create { get; init => field = value ?? throw new ArgumentNullException(nameof(Create)); }

    /// <summary>
    /// Name of the part of the module whose output, [batch, h], is the column <see cref="HiddenColumnName"/>, as
    /// <c>named_modules()</c> tells it; null for none. The module must run it by <c>call</c>, as Sequential does.
    /// </summary>
    public string? HiddenModule { get; init; }

    /// <summary>
    /// Name of a Linear layer whose weights travel as annotations with the columns, for <see cref="ToyModelsCatalog.FeatureMetrics(string, MetricsOptions?)"/>
    /// and the steps beside it; null for none. Feature i is its i-th input where it has n inputs, else its i-th output, of which it must have n.
    /// </summary>
    public string? FeatureLayer { get; init; }

    /// <summary>Number of optimiser steps, at least 1; null means <see cref="ToyModelOptions.DefaultSteps"/> unless <see cref="Epochs"/> is given. Not both.</summary>
    public int? Steps { get; init; }

    /// <summary>Number of passes over the rows, at least 1, in place of <see cref="Steps"/>.</summary>
    public int? Epochs { get; init; }

    /// <summary>Rows a step, at least 1; default 1024.</summary>
    public int BatchSize { get; init; } = 1024;

    /// <summary>The step rule; default AdamW at 1e-3 with weight decay 0.01.</summary>
    public OptimizerOptions Optimizer { get; init; } = OptimizerOptions.AdamW;

    /// <summary>The loss of a row, Σ_i I_i (x_i − x'_i)², or that divided by n; default <see cref="LossReduction.SumOverFeatures"/>.</summary>
    public LossReduction Reduction { get; init; } = LossReduction.SumOverFeatures;

    /// <summary>The importances I_i; null takes those that the data carry, and 1 where they carry none.</summary>
    public Importance? Importance { get; init; }

    /// <summary>Seed of torch's generator while the module is made and trained, and of shuffling; null draws one from the context.</summary>
    public int? Seed { get; init; }

    /// <summary>Output column for x', a Vector&lt;Single&gt; of n; null for none. Default "Reconstruction".</summary>
    public string? ReconstructionColumnName { get; init; } = "Reconstruction";

    /// <summary>Output column for the output of <see cref="HiddenModule"/>, a Vector&lt;Single&gt;; null for none. Default null.</summary>
    public string? HiddenColumnName { get; init; }

    /// <summary>Output column for the row's loss, a Single; null for none. Default null.</summary>
    public string? LossColumnName { get; init; }

    /// <summary>Input column x, a Vector&lt;Single&gt; of fixed size n, dense or sparse. Default "Features".</summary>
    public string FeatureColumnName { get; init; } = "Features";

    /// <summary>Whether each pass over the rows comes in an order of its own, derived from the seed, where the view can shuffle. Default false.</summary>
    public bool Shuffle { get; init; }

    /// <summary>
    /// Where it is trained: "cpu", "cuda", or "cuda:0", "cuda:1", …; null for what <see cref="Microsoft.ML.MLContext.GpuDeviceId"/> and
    /// <see cref="Microsoft.ML.MLContext.FallbackToCpu"/> tell. The fitted module serves on the processor.
    /// </summary>
    public string? Device { get; init; }

    /// <summary>Receives progress at each recorded step; null for none.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>
    /// Stops the training. Before its first step Fit throws <see cref="OperationCanceledException"/>; later it returns the model reached by
    /// then, with <see cref="StopReason.Cancelled"/>.
    /// </summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>The same schedule, checked as that of a toy model is: a module has no use for the rest of its options.</summary>
    internal ToyModelOptions Schedule => new()
    {
        Hidden = 1,
        Steps = Steps,
        Epochs = Epochs,
        BatchSize = BatchSize,
        Optimizer = Optimizer,
        Reduction = Reduction,
        Importance = Importance,
        Seed = Seed,
    };
}
