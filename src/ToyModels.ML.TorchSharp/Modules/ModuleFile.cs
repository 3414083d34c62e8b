using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>
/// Native save and load of modules: names and numbers. A file tells the name of a factory, never a type; which factory that is, the loading
/// context was told before.
/// </summary>
internal static class ModuleFile
{
    internal const string Contract = "ToyModels.ML.TorchSharp";

    private const string Loader = "TorchModuleTransformer";
    private const string What = "torch module";

    /// <summary>The factories of every context, as long as it lives.</summary>
    private static readonly ConditionalWeakTable<ComponentCatalog, ConcurrentDictionary<string, Func<nn.Module<Tensor, Tensor>>>> _factories = [];

    /// <summary>Tells a context a factory; the last one of a name counts.</summary>
    internal static void Register(ComponentCatalog catalog, string contract, Func<nn.Module<Tensor, Tensor>> create)
    {
        lock (_factories)
        {
            if (!_factories.TryGetValue(catalog, out var factories))
            {
                var load = typeof(ModuleFile).GetMethod(nameof(Create), BindingFlags.Static | BindingFlags.NonPublic)!;
                ModelFile.Register(catalog, typeof(TorchModuleTransformer), Loader, load);
                _factories.Add(catalog, factories = []);
            }

            factories[contract] = create;
        }
    }

    internal static void Save(ModelSaveContext context, TorchModuleTransformer transformer, TrainedModule module, ModuleResult result)
    {
        var state = module.Save();
        var header = new JsonObject
        {
            ["contract"] = transformer.ContractName,
            ["hiddenModule"] = transformer.HiddenModule,
            ["featureLayer"] = transformer.FeatureLayer,
            ["features"] = transformer.FeatureColumnName,
            ["hidden"] = transformer.HiddenColumnName,
            ["reconstruction"] = transformer.ReconstructionColumnName,
            ["loss"] = transformer.LossColumnName,
            ["featureNames"] = Array(transformer.FeatureNames),
            ["importances"] = Array(result.Importances),
            ["densities"] = Array(result.Densities),
            ["reduction"] = result.Reduction.ToString(),
            ["seed"] = result.Seed,
            ["stepsDone"] = result.StepsDone,
            ["stopReason"] = result.StopReason.ToString(),
            ["evaluationLoss"] = result.EvaluationLoss,
            ["lossSteps"] = Array(result.LossHistory.Select(p => p.Step)),
            ["losses"] = Array(result.LossHistory.Select(p => p.Loss)),
        };
        ModelFile.Begin(context, Loader, Contract, header, typeof(ModuleFile).Assembly);
        ModelFile.SaveWeights(context, state.Write);
    }

    private static TorchModuleTransformer Create(IHostEnvironment environment, object context)
    {
        NativeTorch.Require();
        var header = ModelFile.Guarded(() => ModelFile.Header(context), What);
        var contract = ModelFile.Guarded(() => ModelFile.Required<string>(header, "contract"), What);
        var create = Factory(environment.ComponentCatalog, contract);
        return ModelFile.Guarded(() => Read(header, SafetensorsFile.Read(ModelFile.Weights(context)), contract, create), What);
    }

    private static Func<nn.Module<Tensor, Tensor>> Factory(ComponentCatalog catalog, string contract)
    {
        _factories.TryGetValue(catalog, out var factories);
        if (factories is not null && factories.TryGetValue(contract, out var create))
        {
            return create;
        }

        var known = factories is null ? "none" : string.Join(", ", factories.Keys.Order(StringComparer.Ordinal).Select(name => $"'{name}'"));
        throw ModelFile.Marked(new InvalidDataException(
            $"This file holds the numbers of a torch module fitted under the contract name '{contract}', and the loading context knows the names {known}: "
            + $"call mlContext.ToyModels().RegisterTorchModule(\"{contract}\", factory) once before mlContext.Model.Load."));
    }

    private static TorchModuleTransformer Read(JsonNode header, SafetensorsFile state, string contract, Func<nn.Module<Tensor, Tensor>> create)
    {
        var columns = new OutputColumns(
            ModelFile.Required<string>(header, "features"),
            ModelFile.Optional(header, "hidden"),
            ModelFile.Optional(header, "reconstruction"),
            ModelFile.Optional(header, "loss"));
        var names = ModelFile.FeatureNames(header);
        var result = new ModuleResult(
            Numbers<float>(header, "importances", names.Length),
            Numbers<float>(header, "densities", names.Length),
            Enum.Parse<LossReduction>(ModelFile.Required<string>(header, "reduction")),
            ModelFile.Required<int>(header, "seed"),
            ModelFile.Required<int>(header, "stepsDone"),
            Enum.Parse<StopReason>(ModelFile.Required<string>(header, "stopReason")),
            ModelFile.Required<float>(header, "evaluationLoss"),
            [.. Numbers<int>(header, "lossSteps").Zip(Numbers<float>(header, "losses"), (step, loss) => new LossPoint(step, loss))]);
        var module = create();
        ModuleState.Write(module, state);
        var hiddenModule = ModelFile.Optional(header, "hiddenModule");
        return new TorchModuleTransformer(
            contract, new TrainedModule(module, names.Length, hiddenModule), hiddenModule, ModelFile.Optional(header, "featureLayer"), columns, names, result);
    }

    private static JsonArray Array<T>(IEnumerable<T> values) => new([.. values.Select(v => (JsonNode?)JsonValue.Create(v))]);

    private static ImmutableArray<T> Numbers<T>(JsonNode header, string name, int? count = null)
    {
        var array = header[name] as JsonArray ?? throw new InvalidDataException($"its header has no '{name}'.");
        return count is null || array.Count == count
            ? [.. array.Select(v => v is null ? throw new InvalidDataException($"one of its '{name}' is null.") : v.GetValue<T>())]
            : throw new InvalidDataException($"its header has {array.Count} '{name}' for {count} features.");
    }
}
