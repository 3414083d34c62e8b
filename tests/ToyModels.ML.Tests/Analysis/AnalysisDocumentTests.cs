using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ToyModels.ML.Tests;

/// <summary>The code in docs/analysis.md is the code that the tests run.</summary>
public partial class AnalysisDocumentTests
{
    [Fact]
    public void Every_snippet_is_the_region_of_its_name()
    {
        var folder = Path.GetDirectoryName(Here())!;
        var regions = Region().Matches(File.ReadAllText(Path.Combine(folder, "AnalysisTests.cs")))
            .ToDictionary(m => m.Groups["name"].Value, m => Dedented(m.Groups["code"].Value));
        var document = File.ReadAllText(Path.Combine(folder, "..", "..", "..", "docs", "analysis.md"));

        var snippets = Snippet().Matches(document);

        Assert.Equal(regions.Keys.Order(), snippets.Select(m => m.Groups["name"].Value).Order());
        Assert.All(snippets, m => Assert.Equal(regions[m.Groups["name"].Value], m.Groups["code"].Value));
    }

    private static string Here([CallerFilePath] string path = "") => path;

    private static string Dedented(string code)
    {
        var lines = code.TrimEnd().Split('\n');
        var indent = lines.Where(l => l.Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', lines.Select(l => l.Length > 0 ? l[indent..] : l)) + "\n";
    }

    [GeneratedRegex(@"#region (?<name>[\w-]+)\n(?<code>.*?)[ ]*#endregion", RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"<!-- (?<name>[\w-]+) -->\n```csharp\n(?<code>.*?)```\n", RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
