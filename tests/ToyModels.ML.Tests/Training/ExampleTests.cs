using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

/// <summary>The example in the documentation of <see cref="ToyModelEstimator"/> is this code, and prints what it says.</summary>
public partial class ExampleTests
{
    [Fact]
    public void The_estimator_s_example_is_compiled_and_prints_what_it_says()
    {
        Console.Written.Clear();

        #region example
        var mlContext = new MLContext();

        // Five features, each present in one row of five.
        var data = mlContext.ToyModels().Generate(new FeatureDistribution(count: 5, density: 0.2f), rowCount: 2000 * 1024, seed: 1);
        var model = mlContext.ToyModels().ToyModel(hidden: 2, lossColumnName: "Loss", steps: 2000, seed: 1).Fit(data);

        // The model adds two columns: Hidden, a vector of two, and Loss.
        var rows = mlContext.Data.TakeRows(model.Transform(data), 3);
        foreach (var (hidden, loss) in rows.GetColumn<float[]>("Hidden").Zip(rows.GetColumn<float>("Loss")))
        {
            Console.WriteLine(FormattableString.Invariant($"h = ({hidden[0]:F2}, {hidden[1]:F2}), loss {loss:F2}"));
        }
        #endregion

        var lines = Example(Here("../../../src/ToyModels.ML/Training/ToyModelEstimator.cs"));
        var split = lines.IndexOf("// Expected output:");
        Assert.Equal(Region(), lines[..split]);
        Assert.Equal(Console.Written.Select(line => $"// {line}"), lines[(split + 1)..]);
    }

    /// <summary>The lines between the code tags of a documentation comment.</summary>
    private static List<string> Example(string path) =>
        [.. Code().Match(File.ReadAllText(path)).Groups["code"].Value.TrimEnd().Split('\n').Select(l => l.Replace("/// ", "").Replace("///", "").Replace("&lt;", "<").Replace("&gt;", ">"))];

    private static List<string> Region()
    {
        var lines = File.ReadAllLines(Here("ExampleTests.cs")).ToList();
        var (first, last) = (lines.FindIndex(l => l.Trim() == "#region example"), lines.FindIndex(l => l.Trim() == "#endregion"));
        return [.. lines[(first + 1)..last].Select(l => l.Length > 8 ? l[8..] : "")];
    }

    private static string Here(string name, [CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, name);

    [GeneratedRegex(@"<code>\n(?<code>.*?)///[ ]*</code>", RegexOptions.Singleline)]
    private static partial Regex Code();

    /// <summary>Takes the place of the console within this test.</summary>
    private static class Console
    {
        internal static List<string> Written { get; } = [];

        internal static void WriteLine(string line) => Written.Add(line);
    }
}
