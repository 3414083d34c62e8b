using System.Globalization;
using Spectre.Console;

namespace ToyModels.Pipelines;

/// <summary>Verdicts and durations in words, on a page and on a console.</summary>
internal static class VerdictText
{
    /// <summary>An outcome as run.json names it.</summary>
    public static string Name(VerdictOutcome outcome) => outcome.ToString().ToLowerInvariant();

    /// <summary>An outcome as it is counted: "12 passed".</summary>
    public static string Past(VerdictOutcome outcome) => outcome switch
    {
        VerdictOutcome.Pass => "passed",
        VerdictOutcome.Fail => "failed",
        _ => "skipped",
    };

    /// <summary>All outcomes, counted.</summary>
    public static string Count(IReadOnlyList<Verdict> verdicts) => verdicts.Count == 0
        ? "no verdicts"
        : string.Join(", ", verdicts.GroupBy(v => v.Outcome).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Past(g.Key)}"));

    /// <summary>A duration, to three digits or so.</summary>
    public static string Duration(double seconds) => seconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(seconds / 60):0} min {seconds % 60:0} s");

    /// <summary>Shows verdicts: a table on a terminal, a line each elsewhere.</summary>
    public static void WriteTo(IAnsiConsole console, IReadOnlyList<Verdict> verdicts)
    {
        if (!console.Profile.Capabilities.Ansi)
        {
            foreach (var verdict in verdicts)
            {
                console.Line(verdict.Outcome == VerdictOutcome.Skipped
                    ? $"{Name(verdict.Outcome),-7}  {verdict.What}: {verdict.Reason}"
                    : $"{Name(verdict.Outcome),-7}  {verdict.What}: {verdict.Measured} (expected {verdict.Expected})");
            }

            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("", "What", "Expected", "Measured");
        foreach (var verdict in verdicts)
        {
            var (colour, measured) = verdict.Outcome switch
            {
                VerdictOutcome.Pass => ("green", verdict.Measured),
                VerdictOutcome.Fail => ("red", verdict.Measured),
                _ => ("grey", verdict.Reason ?? ""),
            };
            table.AddRow(new Markup($"[{colour}]{Name(verdict.Outcome)}[/]"), new Text(verdict.What), new Text(verdict.Expected), new Text(measured));
        }

        console.Write(table);
    }
}
