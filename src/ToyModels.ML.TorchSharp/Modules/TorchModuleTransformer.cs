using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>
/// A trained torch module as a step of a pipeline. Thread-safe: rows go through the module one at a time, on the processor. Saved and loaded by
/// <c>mlContext.Model</c>, the loading context having been told the factory by <see cref="TorchSharpExtensions.RegisterTorchModule"/>.
/// </summary>
public sealed class TorchModuleTransformer : ITransformer, IDisposable
{
    private readonly TrainedModule _module;
    private readonly ModuleResult _result;
    private readonly RowModel _rows;

    internal TorchModuleTransformer(
        string contract, TrainedModule module, string? hiddenModule, string? featureLayer, OutputColumns columns, ImmutableArray<string> names, ModuleResult result)
    {
        _module = module;
        _result = result;
        ContractName = contract;
        HiddenModule = hiddenModule;
        FeatureLayer = featureLayer;
        _rows = new RowModel
        {
            Columns = columns,
            FeatureNames = names,
            HiddenCount = module.HiddenCount,
            Importances = result.Importances,
            Reduction = result.Reduction,
            Annotated = featureLayer is null
                ? null
                : new AnnotatedModel(module.FeatureLayer(featureLayer), result.Importances, result.Densities, result.Reduction, names),
            CreateForward = () => new ModuleForward(module),
        };
    }

    /// <summary>Names the factory in saved models.</summary>
    public string ContractName { get; }

    /// <summary>The module, in evaluation mode, on the processor. Its use by others than this transformer is theirs to keep apart in time.</summary>
    public nn.Module<Tensor, Tensor> Module => _module.Module;

    /// <summary>Name of the part whose output is the hidden column; null for none.</summary>
    public string? HiddenModule { get; }

    /// <summary>Name of the Linear layer whose weights travel with the columns; null for none.</summary>
    public string? FeatureLayer { get; }

    /// <summary>n names of the features: the slot names of the data, or F0, F1, …</summary>
    public ImmutableArray<string> FeatureNames => _rows.FeatureNames;

    /// <summary>n importances as they were used.</summary>
    public ImmutableArray<float> Importances => _result.Importances;

    /// <summary>n densities: those that the data carry, else the fraction of non-zeros among the rows.</summary>
    public ImmutableArray<float> Densities => _result.Densities;

    /// <summary>The seed that was used.</summary>
    public int Seed => _result.Seed;

    /// <summary>Optimiser steps behind the module.</summary>
    public int StepsDone => _result.StepsDone;

    /// <summary>Why the training stopped.</summary>
    public StopReason StopReason => _result.StopReason;

    /// <summary>Loss on the fixed evaluation sample, in the training's reduction.</summary>
    public float EvaluationLoss => _result.EvaluationLoss;

    /// <summary>The loss that it was trained with.</summary>
    public LossReduction Reduction => _result.Reduction;

    /// <summary>The recorded batch losses.</summary>
    public ImmutableArray<LossPoint> LossHistory => _result.LossHistory;

    /// <summary>Input column x.</summary>
    public string FeatureColumnName => _rows.Columns.Features;

    /// <summary>Output column for h; null for none.</summary>
    public string? HiddenColumnName => _rows.Columns.Hidden;

    /// <summary>Output column for x'; null for none.</summary>
    public string? ReconstructionColumnName => _rows.Columns.Reconstruction;

    /// <summary>Output column for the row's loss; null for none.</summary>
    public string? LossColumnName => _rows.Columns.Loss;

    /// <summary>True: each row gives one row.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>Measures the interference of a Linear layer's features.</summary>
    /// <remarks>
    /// Where the layer has as many features as the data, they are taken for the data's, with their importances and densities; else importance and
    /// density are 1, so that expected interference is interference.
    /// </remarks>
    /// <param name="layer">Its name among <c>Module.named_modules()</c>.</param>
    /// <param name="features">Which side of it the features are on.</param>
    /// <param name="options">Thresholds; null for the defaults.</param>
    /// <exception cref="ArgumentException">The module has no Linear layer of that name.</exception>
    public ModelMetrics Measure(string layer, LayerFeatures features = LayerFeatures.Inputs, MetricsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        var model = _module.Layer(layer, Guard.Defined(features));
        var ones = Enumerable.Repeat(1f, model.FeatureCount).ToArray();
        var isData = model.FeatureCount == FeatureNames.Length;
        return ModelMetrics.Measure(model, isData ? Importances.AsSpan() : ones, isData ? Densities.AsSpan() : ones, options);
    }

    /// <summary>The schema that <see cref="Transform"/> delivers.</summary>
    /// <param name="inputSchema">The schema that goes in.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a vector of n Single.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new ModelMapper(_rows, inputSchema).OutputSchema;

    /// <summary>Maps single rows.</summary>
    /// <param name="inputSchema">The schema of the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a vector of n Single.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new ModelMapper(_rows, inputSchema);

    /// <summary>
    /// A lazy view of the rows with the module's columns; a column is computed only where it is asked for. A row that holds NaN or infinity is refused
    /// when it is read, by an <see cref="InvalidDataException"/> that names row, column and slot.
    /// </summary>
    /// <param name="input">The rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The feature column is missing or is not a vector of n Single.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new MappedView(input, new ModelMapper(_rows, input.Schema));
    }

    /// <summary>Releases the module.</summary>
    public void Dispose() => _module.Dispose();

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModuleFile.Save(ctx, this, _module, _result);
}
