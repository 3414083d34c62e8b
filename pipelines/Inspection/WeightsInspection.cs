using System.Text.Json.Nodes;
using Spectre.Console;

namespace ToyModels.Pipelines;

/// <summary>A weights file.</summary>
internal sealed class WeightsInspection(string path) : Inspection
{
    private readonly IReadOnlyList<TrainingResult> _results = WeightsFile.Read(path);

    /// <inheritdoc/>
    public override string Verified => "the measures and models that lie beside it are those of these weights";

    /// <inheritdoc/>
    public override void WriteTo(IAnsiConsole console) => InstanceText.WriteTo(console, _results);

    /// <inheritdoc/>
    public override JsonObject ToJson() => new()
    {
        ["kind"] = "weights",
        ["path"] = path,
        ["instances"] = new JsonArray([.. _results.Select(InstanceText.ToJson)]),
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Verify() => [.. WeightsVerification.Compare(path, "")];
}
