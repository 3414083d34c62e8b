using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Spectre.Console;
using ToyModels.ML;

namespace ToyModels.Pipelines;

/// <summary>An ML.NET model that holds a toy model.</summary>
internal sealed class ModelInspection(string path) : Inspection
{
    private readonly ToyModelTransformer _model = Load(new MLContext(), path);

    /// <inheritdoc/>
    public override string Verified => "it loads, and all its numbers are finite";

    /// <summary>Loads the toy model of a file.</summary>
    /// <exception cref="InvalidDataException">The file is no ML.NET model, or one without a toy model.</exception>
    public static ToyModelTransformer Load(MLContext ml, string path)
    {
        ml.ToyModels();
        ITransformer loaded;
        try
        {
            loaded = ml.Model.Load(path, out _);
        }
#pragma warning disable CA1031 // A damaged model fails in as many ways as ML.NET has components; to the user they are one.
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            throw new InvalidDataException($"'{path}' cannot be loaded as an ML.NET model: {e.GetBaseException().Message}", e);
        }

        return Steps(loaded).OfType<ToyModelTransformer>().FirstOrDefault()
            ?? throw new InvalidDataException($"'{path}' is an ML.NET model, but holds no toy model.");
    }

    /// <inheritdoc/>
    public override void WriteTo(IAnsiConsole console)
    {
        InstanceText.WriteTo(console, [_model.Result]);
        console.Line($"columns  {_model.FeatureColumnName} → {string.Join(", ", Outputs())}");
        console.Line();
        foreach (var f in _model.Metrics.Features)
        {
            console.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{_model.FeatureNames[f.Feature],-8} importance {f.Importance:0.####}  norm {f.Norm:0.000}  interference {f.Interference:0.000}  dimensionality {f.Dimensionality:0.000}  {f.Label}"));
        }
    }

    /// <inheritdoc/>
    public override JsonObject ToJson() => new()
    {
        ["kind"] = "model",
        ["path"] = path,
        ["columns"] = new JsonObject { ["input"] = _model.FeatureColumnName, ["outputs"] = new JsonArray([.. Outputs().Select(o => (JsonNode)o)]) },
        ["instances"] = new JsonArray(InstanceText.ToJson(_model.Result)),
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Verify() => [];

    private IEnumerable<string> Outputs() => new[] { _model.HiddenColumnName, _model.ReconstructionColumnName, _model.LossColumnName }.OfType<string>();

    private static IEnumerable<ITransformer> Steps(ITransformer transformer) =>
        transformer is IEnumerable<ITransformer> chain ? chain.SelectMany(Steps) : [transformer];
}
