using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace ToyModels.Pipelines;

/// <summary>The folder of a run.</summary>
internal sealed class RunInspection : Inspection
{
    private readonly string _folder;
    private readonly RunManifest _manifest;

    public RunInspection(string folder)
    {
        _folder = folder;
        _manifest = RunManifest.Read(Path.Combine(folder, RunManifest.FileName));
    }

    /// <inheritdoc/>
    public override string Verified => $"the hashes of {_manifest.Files.Count} files, and every measure and model against the weights";

    /// <inheritdoc/>
    public override void WriteTo(IAnsiConsole console)
    {
        console.Line($"{_manifest.Pipeline}, seed {_manifest.Seed}, {_manifest.Status.ToString().ToLowerInvariant()}");
        console.Line($"took     {VerdictText.Duration(_manifest.Seconds)} ({_manifest.InstructionSet}; {string.Join(", ", _manifest.Versions.Select(v => $"{v.Key} {v.Value}"))})");
        console.Line($"options  {string.Join(' ', _manifest.Options.Select(o => $"{o.Key}={Text(o.Value)}"))}");
        console.Line($"files    {_manifest.Files.Count}");
        console.Line($"verdicts {VerdictText.Count(_manifest.Verdicts)}");
        VerdictText.WriteTo(console, _manifest.Verdicts);
    }

    /// <inheritdoc/>
    public override JsonObject ToJson()
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, RunManifest.FileName)))!.AsObject();
        json.Insert(0, "kind", "run");
        json.Insert(1, "path", _folder);
        return json;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Verify()
    {
        var found = RunFolder.HashFiles(_folder);
        var differences = new List<string>();
        foreach (var (file, hash) in _manifest.Files)
        {
            if (!found.TryGetValue(file, out var now))
            {
                differences.Add($"{file} is missing.");
            }
            else if (now != hash)
            {
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"{file} was changed: its SHA-256 is {now}, but was {hash}."));
            }
        }

        differences.AddRange(found.Keys.Except(_manifest.Files.Keys).Select(file => $"{file} was not made by this run."));
        foreach (var weights in found.Keys.Where(f => Path.GetFileName(f) == "weights.safetensors"))
        {
            differences.AddRange(WeightsVerification.Compare(Path.Combine(_folder, weights), $"{Path.GetDirectoryName(weights)}".Replace('\\', '/')));
        }

        return differences;
    }

    private static string Text(JsonNode? value) => value is JsonArray list ? string.Join(',', list) : $"{value}";
}
