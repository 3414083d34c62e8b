using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace ToyModels.ML;

/// <summary>
/// Native save and load. ML.NET keeps the parts that a component needs for it internal, so they are reached by name here, and nowhere else:
/// <see cref="ModelSaveContext"/>'s writers, the version header, and the catalog of loadable classes.
/// </summary>
/// <remarks>
/// The header names ours as loader and ML.NET's custom mapping as its alternative: a context that was never asked for <c>ToyModels()</c> falls
/// back to that alternative, finds <see cref="GuideToCatalog"/> in this assembly, and so tells the user what to call.
/// </remarks>
internal static class ModelFile
{
    internal const string Contract = "ToyModels.ML";

    /// <summary>The format that is written; the first that a reader must know to read it; the first that this library still reads.</summary>
    internal const int Version = 1;
    private const int ReadableBy = 1;
    private const int ReadsFrom = 1;

    private const string ModelLoader = "ToyModelTransformer";
    private const string MetricsLoader = "ToyModelMetricsStep";
    private const string InterferenceLoader = "ToyModelInterference";
    private const string InterventionLoader = "ToyModelIntervention";
    private const string HeaderStream = "ToyModel.json";
    private const string WeightsStream = "ToyModel.safetensors";
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public;

    private static readonly ConditionalWeakTable<ComponentCatalog, object> _registered = [];

    /// <summary>Tells a context how to load our transformers; once is enough, again does no harm.</summary>
    internal static void Register(MLContext mlContext)
    {
        var catalog = mlContext.ComponentCatalog;
        lock (Part(typeof(ComponentCatalog).GetField("_lock", Any)?.GetValue(catalog), "ComponentCatalog._lock"))
        {
            if (!_registered.TryGetValue(catalog, out _))
            {
                Add(catalog, typeof(ToyModelTransformer), ModelLoader, Own(nameof(CreateModel)));
                Add(catalog, typeof(FeatureMetricsTransformer), MetricsLoader, Own(nameof(CreateMetrics)));
                Add(catalog, typeof(ReceivedInterferenceTransformer), InterferenceLoader, Own(nameof(CreateInterference)));
                Add(catalog, typeof(FeatureInterventionTransformer), InterventionLoader, Own(nameof(CreateIntervention)));
                _registered.Add(catalog, catalog.GetType());
            }
        }

        static MethodInfo Own(string create) => typeof(ModelFile).GetMethod(create, Any)!;
    }

    /// <summary>Tells a context how to load a transformer of another assembly.</summary>
    /// <param name="catalog">Where loadable classes of the context are listed.</param>
    /// <param name="type">The transformer.</param>
    /// <param name="loader">The name that <see cref="Begin"/> writes, 24 characters at most.</param>
    /// <param name="create">A static method of (<see cref="IHostEnvironment"/>, object) that gives the transformer.</param>
    internal static void Register(ComponentCatalog catalog, Type type, string loader, MethodInfo create)
    {
        lock (Part(typeof(ComponentCatalog).GetField("_lock", Any)?.GetValue(catalog), "ComponentCatalog._lock"))
        {
            Add(catalog, type, loader, create);
        }
    }

    internal static void Save(ModelSaveContext context, ToyModelTransformer transformer)
    {
        Begin(context, ModelLoader, Contract, new JsonObject
        {
            ["features"] = transformer.FeatureColumnName,
            ["hidden"] = transformer.HiddenColumnName,
            ["reconstruction"] = transformer.ReconstructionColumnName,
            ["loss"] = transformer.LossColumnName,
            ["library"] = transformer.LibraryVersion,
            ["featureNames"] = new JsonArray([.. transformer.FeatureNames.Select(n => (JsonNode)n)]),
        });
        SaveWeights(context, stream => WeightsFile.Write(stream, [transformer.Result], history: true));
    }

    internal static void Save(ModelSaveContext context, FeatureMetricsTransformer transformer) =>
        Begin(context, MetricsLoader, Contract, new JsonObject
        {
            ["input"] = transformer.InputColumnName,
            ["componentThreshold"] = transformer.Options.ComponentThreshold,
            ["representedNorm"] = transformer.Options.RepresentedNorm,
        });

    internal static void Save(ModelSaveContext context, ReceivedInterferenceTransformer transformer) =>
        Begin(context, InterferenceLoader, Contract, new JsonObject
        {
            ["output"] = transformer.OutputColumnName,
            ["model"] = transformer.ModelColumnName,
            ["features"] = transformer.FeatureColumnName,
        });

    internal static void Save(ModelSaveContext context, FeatureInterventionTransformer transformer) =>
        Begin(context, InterventionLoader, Contract, new JsonObject
        {
            ["output"] = transformer.OutputColumnName,
            ["input"] = transformer.InputColumnName,
            ["interventions"] = new JsonArray([.. transformer.Interventions.Select(i => new JsonObject
            {
                ["feature"] = i.Feature,
                ["slotName"] = i.SlotName,
                ["kind"] = i.Kind.ToString(),
                ["value"] = i.Value,
            })]),
        });

    private static ToyModelTransformer CreateModel(IHostEnvironment _, object context) => Guarded(() =>
    {
        var header = Header(context);
        var columns = new OutputColumns(
            Required<string>(header, "features"), Optional(header, "hidden"), Optional(header, "reconstruction"), Optional(header, "loss"));
        var results = WeightsFile.Read(Weights(context));
        var names = FeatureNames(header);
        if (results.Count != 1 || names.Length != results[0].Model.FeatureCount)
        {
            var features = results[0].Model.FeatureCount;
            throw new InvalidDataException(
                $"it holds {results.Count} models and {names.Length} names; there must be one model, and a name for each of its {features} features.");
        }

        return new ToyModelTransformer(results[0], columns, names, Optional(header, "library") ?? "");
    });

    private static FeatureMetricsTransformer CreateMetrics(IHostEnvironment environment, object context) => Guarded(() =>
    {
        var header = Header(context);
        var options = new MetricsOptions
        {
            ComponentThreshold = Required<float>(header, "componentThreshold"),
            RepresentedNorm = Required<float>(header, "representedNorm"),
        };
        var input = OutputColumns.RequireName(Required<string>(header, "input"), "input");
        return new FeatureMetricsTransformer(environment as MLContext ?? new MLContext(), input, options);
    });

    private static ReceivedInterferenceTransformer CreateInterference(IHostEnvironment _, object context) => Guarded(() =>
    {
        var header = Header(context);
        return new ReceivedInterferenceTransformer(
            Required<string>(header, "output"), Required<string>(header, "model"), Required<string>(header, "features"));
    });

    private static FeatureInterventionTransformer CreateIntervention(IHostEnvironment _, object context) => Guarded(() =>
    {
        var header = Header(context);
        var interventions = header["interventions"] as JsonArray ?? throw new InvalidDataException("its header has no 'interventions'.");
        return new FeatureInterventionTransformer(
            [.. interventions.Select(i => Intervention(i ?? throw new InvalidDataException("one of its 'interventions' is null.")))],
            Required<string>(header, "output"),
            Required<string>(header, "input"));
    });

    private static FeatureIntervention Intervention(JsonNode json) =>
        FeatureIntervention.Of(
            json["feature"]?.GetValue<int>(),
            Optional(json, "slotName"),
            Enum.Parse<InterventionKind>(Required<string>(json, "kind")),
            Required<float>(json, "value"));

    /// <summary>Saves the step's numbers.</summary>
    internal static void SaveWeights(ModelSaveContext context, Action<Stream> write) =>
        SaveBinaryStream(context, WeightsStream, writer => write(writer.BaseStream));

    /// <summary>The numbers that <see cref="SaveWeights"/> saved.</summary>
    internal static MemoryStream Weights(object context) => new(Bytes(context, WeightsStream));

    /// <summary>Whatever a damaged or hostile payload makes fail becomes one kind of error that says so.</summary>
    internal static T Guarded<T>(Func<T> read, string what = "toy model")
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or IOException or InvalidDataException or FormatException or ArgumentException
            or InvalidOperationException or OverflowException)
        {
            throw Marked(new InvalidDataException($"This is not a {what} that this version of ToyModels.ML can load: {e.Message}", e));
        }
    }

    /// <summary>With this mark ML.NET says that a class could not be instantiated, with the reason inside; without, only that a call failed.</summary>
    internal static InvalidDataException Marked(InvalidDataException exception)
    {
        exception.Data["ML_IsMarked"] = 1;
        return exception;
    }

    internal static JsonNode Header(object context)
    {
        var loadString = Part(context.GetType().GetMethod("LoadString", Any), "ModelLoadContext.LoadString");
        loadString.Invoke(context, BindingFlags.DoNotWrapExceptions, null, null, null);
        loadString.Invoke(context, BindingFlags.DoNotWrapExceptions, null, null, null);
        var header = JsonNode.Parse(Bytes(context, HeaderStream)) ?? throw new InvalidDataException("its header is empty.");
        var version = Required<int>(header, "version");
        var readableBy = header["readableBy"]?.GetValue<int>() ?? version;
        if (readableBy > Version)
        {
            throw new InvalidDataException(
                $"this file is newer than this library: its format has version {version}, which a reader of version {readableBy} can read, "
                + $"and this library reads versions {ReadsFrom} to {Version}. Update ToyModels.ML.");
        }

        return version >= ReadsFrom
            ? header
            : throw new InvalidDataException($"its format has version {version}, and this library reads versions {ReadsFrom} to {Version}.");
    }

    internal static T Required<T>(JsonNode header, string name) =>
        header[name] is { } value ? value.GetValue<T>() : throw new InvalidDataException($"its header has no '{name}'.");

    internal static string? Optional(JsonNode header, string name) => header[name]?.GetValue<string>();

    internal static ImmutableArray<string> FeatureNames(JsonNode header)
    {
        var names = header["featureNames"] as JsonArray ?? throw new InvalidDataException("its header has no 'featureNames'.");
        return [.. names.Select(n => n?.GetValue<string>() ?? throw new InvalidDataException("one of its 'featureNames' is null."))];
    }

    private static byte[] Bytes(object context, string stream)
    {
        byte[]? bytes = null;
        Action<BinaryReader> read = reader =>
        {
            using var copy = new MemoryStream();
            reader.BaseStream.CopyTo(copy);
            bytes = copy.ToArray();
        };
        Part(context.GetType().GetMethod("TryLoadBinaryStream", Any), "ModelLoadContext.TryLoadBinaryStream")
            .Invoke(context, BindingFlags.DoNotWrapExceptions, null, [stream, read], null);
        return bytes ?? throw new InvalidDataException($"its part '{stream}' is missing.");
    }

    /// <summary>Begins a saved step: ML.NET's header, the contract of its guide, and the step's own header.</summary>
    /// <param name="context">Where to.</param>
    /// <param name="loader">The name that the step's class is registered under.</param>
    /// <param name="contract">The contract of a <see cref="CustomMappingFactory{TSrc, TDst}"/> of <paramref name="guide"/> that tells what to call.</param>
    /// <param name="header">What the step needs besides binary parts.</param>
    /// <param name="guide">The assembly of the guide; null for this one.</param>
    internal static void Begin(ModelSaveContext context, string loader, string contract, JsonObject header, Assembly? guide = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        CheckAtModel(context);
        var version = Activator.CreateInstance(
            CoreType("Microsoft.ML.VersionInfo"),
            "CUSTOMXF", 0x00010002u, 0x00010002u, 0x00010001u, typeof(CustomMappingFactoryAttributeAttribute).Assembly.FullName, loader, "CustomTransformer");
        Part(typeof(ModelSaveContext).GetMethod("SetVersionInfo", Any), "ModelSaveContext.SetVersionInfo").Invoke(context, [version]);
        SaveString(context, contract);
        SaveString(context, (guide ?? typeof(ModelFile).Assembly).FullName!);
        header["version"] = Version;
        header["readableBy"] = ReadableBy;
        SaveBinaryStream(context, HeaderStream, writer => writer.Write(JsonSerializer.SerializeToUtf8Bytes(header)));
    }

    private static void Add(ComponentCatalog catalog, Type type, string loader, MethodInfo create)
    {
        var signature = CoreType("Microsoft.ML.SignatureLoadModel");
        var attribute = Activator.CreateInstance(
            CoreType("Microsoft.ML.LoadableClassAttribute"), typeof(ITransformer), type, null, signature, "", new[] { loader });
        var infoType = Part(typeof(ComponentCatalog).GetNestedType("LoadableClassInfo", BindingFlags.NonPublic), "ComponentCatalog.LoadableClassInfo");
        var info = Activator.CreateInstance(infoType, Any, null, [attribute, null, null, create, true], null);
        Part(typeof(ComponentCatalog).GetMethod("AddClass", Any), "ComponentCatalog.AddClass").Invoke(catalog, [info, new[] { loader }, false]);
    }

    private static Type CoreType(string name) => Part(typeof(ICanSaveModel).Assembly.GetType(name), name);

    /// <summary>A part of ML.NET that is reached by name, and may be gone in a version to come.</summary>
    private static T Part<T>(T? part, string name) where T : class =>
        part ?? throw new NotSupportedException(
            $"{typeof(ICanSaveModel).Assembly.GetName()} has no {name}, on which saving and loading toy models rests. "
            + "Use the version of Microsoft.ML that ToyModels.ML was built for.");

    [UnsafeAccessor(UnsafeAccessorKind.Method)]
    private static extern void CheckAtModel(ModelSaveContext context);

    [UnsafeAccessor(UnsafeAccessorKind.Method)]
    private static extern void SaveString(ModelSaveContext context, string value);

    [UnsafeAccessor(UnsafeAccessorKind.Method)]
    private static extern void SaveBinaryStream(ModelSaveContext context, string name, Action<BinaryWriter> write);
}
