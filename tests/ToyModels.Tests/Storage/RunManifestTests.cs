using System.Text;
using System.Text.Json.Nodes;

namespace ToyModels.Tests;

public class RunManifestTests
{
    private const string Text = """
        {
          "pipeline": "universities",
          "status": "interrupted",
          "options": {
            "steps": 10
          },
          "seed": -3,
          "versions": {
            "dotnet": "10.0.0",
            "toymodels": "0.1.0"
          },
          "instructionSet": "AVX-512",
          "seconds": 1.25,
          "files": {
            "a.csv": "00ff",
            "n5-m2/b.csv": "ff00"
          },
          "verdicts": [
            {
              "id": "dot",
              "what": "W₁·W₂ is −1/2",
              "expected": "-0.5",
              "measured": "-0.5",
              "outcome": "pass"
            },
            {
              "id": "long",
              "what": "the long run",
              "expected": "1",
              "measured": "",
              "outcome": "skipped",
              "reason": "steps is 10"
            }
          ]
        }

        """;

    internal static RunManifest Manifest { get; } = new()
    {
        Pipeline = "universities",
        Status = RunStatus.Interrupted,
        Options = new JsonObject { ["steps"] = 10 },
        Seed = -3,
        Versions = new Dictionary<string, string> { ["toymodels"] = "0.1.0", ["dotnet"] = "10.0.0" },
        InstructionSet = "AVX-512",
        Seconds = 1.25,
        Files = new Dictionary<string, string> { ["n5-m2/b.csv"] = "ff00", ["a.csv"] = "00ff" },
        Verdicts = [Verdict.Check("dot", "W₁·W₂ is −1/2", "-0.5", "-0.5", true), Verdict.Skip("long", "the long run", "1", "steps is 10")],
    };

    [Fact]
    public void A_manifest_is_written_in_fixed_order()
    {
        using var temp = new TempFolder();
        var path = temp.PathOf("run.json");

        Manifest.Write(path);

        Assert.Equal(Text, Encoding.UTF8.GetString(File.ReadAllBytes(path)));
    }

    [Fact]
    public void A_manifest_comes_back()
    {
        using var temp = new TempFolder();
        var path = temp.PathOf("run.json");
        File.WriteAllText(path, Text);

        var read = RunManifest.Read(path);

        Assert.Equal(
            (Manifest.Pipeline, Manifest.Status, Manifest.Seed, Manifest.InstructionSet, Manifest.Seconds),
            (read.Pipeline, read.Status, read.Seed, read.InstructionSet, read.Seconds));
        Assert.True(JsonNode.DeepEquals(Manifest.Options, read.Options));
        Assert.Equal(Manifest.Versions.OrderBy(p => p.Key), read.Versions.OrderBy(p => p.Key));
        Assert.Equal(Manifest.Files.OrderBy(p => p.Key), read.Files.OrderBy(p => p.Key));
        Assert.Equal(Manifest.Verdicts, read.Verdicts);
    }

    [Theory]
    [InlineData("\"interrupted\"", "\"stopped\"", "'stopped' is not one of complete, interrupted, failed")]
    [InlineData("\"pass\"", "\"passed\"", "$.verdicts[0].outcome: 'passed' is not one of pass, fail, skipped")]
    [InlineData("\"seed\": -3,", "", "seed")]
    [InlineData("\"seed\"", "\"sead\"", "sead")]
    [InlineData("1.25", "-1", "Seconds must be zero or positive")]
    [InlineData("\"00ff\"", "null", "'a.csv' must be")]
    [InlineData("a.csv", "../../a.csv", "'../../a.csv'")]
    [InlineData("a.csv", "/etc/a.csv", "'/etc/a.csv'")]
    [InlineData("}\n  ]", "},\n null\n ]", "Verdicts holds null")]
    [InlineData("{\n    \"steps\": 10\n  }", "7", "$.options")]
    public void A_manifest_that_is_not_ours_is_refused(string old, string changed, string reason)
    {
        using var temp = new TempFolder();
        var path = temp.PathOf("run.json");
        Assert.Contains(old, Text, StringComparison.Ordinal);
        File.WriteAllText(path, Text.Replace(old, changed, StringComparison.Ordinal));

        var error = Assert.Throws<InvalidDataException>(() => RunManifest.Read(path));

        Assert.StartsWith($"'{path}': ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
