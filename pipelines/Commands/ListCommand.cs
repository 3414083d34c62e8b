using System.CommandLine;
using System.Text.Json.Nodes;

namespace ToyModels.Pipelines;

/// <summary>toymodels list.</summary>
internal sealed class ListCommand : Command
{
    public ListCommand(Terminal terminal, Catalog catalog, Option<bool> json)
        : base("list", "List the pipelines.") => SetAction(parsed =>
        {
            if (parsed.GetValue(json))
            {
                terminal.Out.Json(new() { ["pipelines"] = new JsonArray([.. catalog.Pipelines.Select(Describe)]) });
                return;
            }

            var width = catalog.Pipelines.Max(p => p.Name.Length);
            foreach (var pipeline in catalog.Pipelines)
            {
                terminal.Out.Line($"{pipeline.Name.PadRight(width)}  {pipeline.Summary}");
                terminal.Out.Line($"{new string(' ', width)}  {pipeline.Source}");
            }
        });

    private static JsonObject Describe(IPipeline pipeline) => new()
    {
        ["name"] = pipeline.Name,
        ["summary"] = pipeline.Summary,
        ["source"] = pipeline.Source,
        ["options"] = new JsonArray([.. pipeline.Options.Declarations.Select(d => new JsonObject
        {
            ["name"] = d.Name,
            ["description"] = d.Description,
            ["default"] = d.Default,
            ["allowed"] = d.Allowed,
        })]),
    };
}
