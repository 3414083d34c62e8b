using System.CommandLine;

namespace ToyModels.Pipelines;

/// <summary>toymodels inspect FILE-or-DIR.</summary>
internal sealed class InspectCommand : Command
{
    private readonly Argument<string> _path = new("FILE-or-DIR") { Description = "The folder of a run, a model (.zip), or a weights file (.safetensors)." };
    private readonly Option<bool> _verify = new("--verify") { Description = "Check it against itself: hashes, and measures recomputed from the weights. Exit with 1 if something differs." };

    public InspectCommand(Terminal terminal, Option<bool> json)
        : base("inspect", "Tell what a run, a model or a weights file holds.")
    {
        Add(_path);
        Add(_verify);
        SetAction(parsed =>
        {
            var path = terminal.Resolve(parsed.GetRequiredValue(_path));
            var inspection = Inspection.Of(path);
            IReadOnlyList<string>? differences = parsed.GetValue(_verify) ? inspection.Verify() : null;
            if (parsed.GetValue(json))
            {
                var told = inspection.ToJson();
                if (differences is not null)
                {
                    told["differences"] = new System.Text.Json.Nodes.JsonArray([.. differences.Select(d => (System.Text.Json.Nodes.JsonNode)d)]);
                }

                terminal.Out.Json(told);
            }
            else
            {
                inspection.WriteTo(terminal.Out);
                foreach (var difference in differences ?? [])
                {
                    terminal.Out.Line($"differs: {difference}");
                }

                if (differences is { Count: 0 })
                {
                    terminal.Out.Line($"Verified: {inspection.Verified}.");
                }
            }

            return differences is { Count: > 0 } ? ExitCode.Difference : ExitCode.Done;
        });
    }
}
