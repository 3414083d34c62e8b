using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace ToyModels.Pipelines;

/// <summary>Lines on a console that are not markup.</summary>
internal static class ConsoleLines
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>One sentence as it is, never wrapped: paths in it can be copied.</summary>
    public static void Line(this IAnsiConsole console, string text = "")
    {
        console.Profile.Out.Writer.Write(text + "\n");
        console.Profile.Out.Writer.Flush();
    }

    /// <summary>A refusal.</summary>
    public static void Refuse(this IAnsiConsole console, string sentence)
    {
        console.Markup("[red]error:[/] ");
        console.Line(sentence);
    }

    /// <summary>The one JSON object of a command.</summary>
    public static void Json(this IAnsiConsole console, JsonObject json) => console.Line(json.ToJsonString(_indented));
}
