using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ToyModels.ML.Tests;

/// <summary>The code in docs is the code that the tests run; only the field _mlContext is a plain variable there.</summary>
public partial class DocumentTests
{
    [Theory]
    [InlineData("mlnet.md", "Interop", "Serving")]
    [InlineData("analysis.md", "Analysis")]
    [InlineData("torchsharp.md", "../ToyModels.ML.TorchSharp.Tests/Guide")]
    public void Every_snippet_is_the_region_of_its_name(string name, params string[] folders)
    {
        var tests = Path.GetDirectoryName(Here())!;
        var regions = folders
            .SelectMany(folder => Directory.GetFiles(Path.Combine(tests, folder), "*.cs"))
            .SelectMany(file => Region().Matches(File.ReadAllText(file)))
            .ToDictionary(m => m.Groups["name"].Value, m => Dedented(m.Groups["code"].Value));
        var document = File.ReadAllText(Path.Combine(tests, "..", "..", "docs", name));

        var snippets = Snippet().Matches(document);

        Assert.Equal(regions.Keys.Order(), snippets.Select(m => m.Groups["name"].Value).Order());
        Assert.Equal(snippets.Count, Regex.Count(document, "```csharp"));
        Assert.All(snippets, m => Assert.Equal(regions[m.Groups["name"].Value], m.Groups["code"].Value));
    }

    private static string Here([CallerFilePath] string path = "") => path;

    private static string Dedented(string code)
    {
        var lines = code.TrimEnd().Split('\n');
        var indent = lines.Where(l => l.Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', lines.Select(l => l.Length > 0 ? l[indent..] : l)).Replace("_mlContext", "mlContext") + "\n";
    }

    [GeneratedRegex(@"#region (?<name>[\w-]+)\n(?<code>.*?)[ ]*#endregion", RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"<!-- (?<name>[\w-]+) -->\n```csharp\n(?<code>.*?)```\n", RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
