using System.Globalization;
using System.Net;
using System.Text;

namespace ToyModels.Pipelines;

/// <summary>
/// report.html: one page that needs nothing else, in light and dark, on screen and on paper. Well-formed as XML too, so that a program can read it.
/// </summary>
internal static class ReportPage
{
    /// <summary>Writes the page.</summary>
    /// <param name="facts">What was run.</param>
    /// <param name="report">What the pipeline has to say.</param>
    /// <param name="verdicts">Its verdicts.</param>
    /// <param name="files">Paths of the run's other files, relative to the page.</param>
    public static string Render(RunFacts facts, Report report, IReadOnlyList<Verdict> verdicts, IReadOnlyList<string> files)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>{Text($"{facts.Pipeline.Name}, seed {facts.Seed}")}</title>
            <style>
            {Style()}</style>
            </head>
            <body>
            <header>
            <p class="kicker">ToyModels.ML</p>
            <h1>{Text(facts.Pipeline.Name)}</h1>
            <p class="lead">{Text(facts.Pipeline.Summary)}</p>
            <p class="source">{Text(facts.Pipeline.Source)}</p>
            {Badges(facts, verdicts)}
            </header>
            <main>

            """);
        AppendFacts(page, facts);
        foreach (var section in report.Sections)
        {
            Append(page, section);
        }

        AppendVerdicts(page, verdicts);
        AppendFiles(page, files);
        page.Append("</main>\n</body>\n</html>\n");
        return page.ToString();
    }

    private static string Badges(RunFacts facts, IReadOnlyList<Verdict> verdicts)
    {
        var badges = new StringBuilder("<p class=\"badges\">");
        if (facts.Status != RunStatus.Complete)
        {
            badges.Append(CultureInfo.InvariantCulture, $"<span class=\"badge fail\">{facts.Status.ToString().ToLowerInvariant()}</span> ");
        }

        foreach (var group in verdicts.GroupBy(v => v.Outcome).OrderBy(g => g.Key))
        {
            badges.Append(CultureInfo.InvariantCulture, $"<a class=\"badge {Class(group.Key)}\" href=\"#verdicts\">{group.Count()} {VerdictText.Past(group.Key)}</a> ");
        }

        return badges.Append("</p>").ToString();
    }

    private static void AppendFacts(StringBuilder page, RunFacts facts)
    {
        page.Append("<section id=\"run\">\n<h2>What was run</h2>\n");
        page.Append(CultureInfo.InvariantCulture, $"<pre class=\"command\">{Text(facts.CommandLine)}</pre>\n<div class=\"columns\">\n<table class=\"plain\">\n<caption>Options</caption>\n<tbody>\n");
        page.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">seed</th><td>{facts.Seed}</td><td></td></tr>\n");
        foreach (var option in facts.Pipeline.Options.Declarations)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Text(option.Name)}</th><td>{Spaced(option.TextOf(facts.Options))}</td><td class=\"quiet\">{Text(option.Description)}</td></tr>\n");
        }

        page.Append("</tbody>\n</table>\n<table class=\"plain\">\n<caption>Circumstances</caption>\n<tbody>\n");
        var circumstances = new List<KeyValuePair<string, string>>
        {
            new("when", facts.Started.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)),
            new("took", VerdictText.Duration(facts.Seconds)),
            new("status", facts.Status.ToString().ToLowerInvariant()),
            new("instruction set", facts.InstructionSet),
        };
        foreach (var (name, value) in circumstances.Concat(facts.Versions))
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Text(name)}</th><td>{Text(value)}</td></tr>\n");
        }

        page.Append("</tbody>\n</table>\n</div>\n</section>\n");
    }

    private static void Append(StringBuilder page, ReportSection section)
    {
        page.Append(CultureInfo.InvariantCulture, $"<section>\n<h2>{Text(section.Title)}</h2>\n");
        foreach (var block in section.Blocks)
        {
            switch (block)
            {
                case ReportText text:
                    page.Append(CultureInfo.InvariantCulture, $"<p>{Text(text.Text)}</p>\n");
                    break;
                case ReportFigure figure:
                    page.Append(CultureInfo.InvariantCulture, $"""
                        <figure id="{Text(figure.Name)}">
                        <div class="picture"><img src="{figure.Picture}" width="{figure.Width}" alt="{Text(figure.AltText)}" /></div>
                        <figcaption>{Text(figure.Caption)}</figcaption>
                        </figure>

                        """);
                    break;
                case ReportTable table:
                    Append(page, table);
                    break;
                default:
                    throw new NotSupportedException($"A report cannot show {block.GetType()}.");
            }
        }

        page.Append("</section>\n");
    }

    private static void Append(StringBuilder page, ReportTable table)
    {
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"scroll\">\n<table>\n<caption>{Text(table.Caption)}</caption>\n<thead>\n<tr>");
        for (var column = 0; column < table.Header.Length; column++)
        {
            page.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\"{(IsNumeric(table, column) ? " class=\"number\"" : "")}>{Text(table.Header[column])}</th>");
        }

        page.Append("</tr>\n</thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            page.Append("<tr>");
            for (var column = 0; column < row.Length; column++)
            {
                page.Append(CultureInfo.InvariantCulture, $"<td{(IsNumeric(table, column) ? " class=\"number\"" : "")}>{Text(row[column])}</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</tbody>\n</table>\n</div>\n");
    }

    private static bool IsNumeric(ReportTable table, int column) =>
        table.Rows.All(r => r[column] is "" or "–" || double.TryParse(r[column].Replace('−', '-'), NumberStyles.Float, CultureInfo.InvariantCulture, out _));

    private static void AppendVerdicts(StringBuilder page, IReadOnlyList<Verdict> verdicts)
    {
        if (verdicts.Count == 0)
        {
            return;
        }

        page.Append("""
            <section id="verdicts">
            <h2>Verdicts</h2>
            <p>Each published number beside the one that this run measured.</p>
            <div class="scroll">
            <table class="verdicts">
            <thead>
            <tr><th scope="col">Outcome</th><th scope="col">What</th><th scope="col">Expected</th><th scope="col">Measured</th></tr>
            </thead>
            <tbody>

            """);
        foreach (var verdict in verdicts)
        {
            var measured = verdict.Outcome == VerdictOutcome.Skipped ? verdict.Reason : verdict.Measured;
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr id="{Text(verdict.Id)}"><td><span class="badge {Class(verdict.Outcome)}">{VerdictText.Name(verdict.Outcome)}</span></td><td>{Unbroken(verdict.What)}</td><td>{Unbroken(verdict.Expected)}</td><td>{Unbroken(measured ?? "")}</td></tr>

                """);
        }

        page.Append("</tbody>\n</table>\n</div>\n</section>\n");
    }

    private static void AppendFiles(StringBuilder page, IReadOnlyList<string> files)
    {
        page.Append("<section id=\"files\">\n<h2>Files</h2>\n<p>They lie beside this page; run.json holds their SHA-256.</p>\n<dl>\n");
        foreach (var folder in files.GroupBy(f => Path.GetDirectoryName(f)!.Replace('\\', '/')).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"<dt>{Text(folder.Key.Length == 0 ? "this folder" : $"{folder.Key}/")}</dt>\n<dd>");
            page.AppendJoin(' ', folder.Order(StringComparer.Ordinal).Select(f => $"<a href=\"{Text(f)}\">{Text(Path.GetFileName(f))}</a>"));
            page.Append("</dd>\n");
        }

        page.Append("</dl>\n</section>\n");
    }

    private static string Class(VerdictOutcome outcome) => VerdictText.Name(outcome);

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    // Keeps "p = 0.3" on one line.
    private static string Unbroken(string text) => Text(text.Replace(" = ", "\u00a0=\u00a0", StringComparison.Ordinal).Replace(" ≤ ", "\u00a0≤\u00a0", StringComparison.Ordinal));

    // Lets a long list break after its commas.
    private static string Spaced(string text) => Text(text.Replace(",", ", ", StringComparison.Ordinal));

    private static string Style()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
