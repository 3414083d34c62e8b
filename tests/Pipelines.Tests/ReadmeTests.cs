using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace ToyModels.Pipelines.Tests;

/// <summary>What the README shows is what there is.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string _root = FindRoot();
    private static readonly string _readme = File.ReadAllText(Path.Combine(_root, "README.md")).ReplaceLineEndings("\n");

    [Fact]
    public void The_quick_start_is_the_program_that_the_tests_compile()
    {
        var program = File.ReadAllText(Path.Combine(_root, "tests", "QuickStart", "Program.cs")).ReplaceLineEndings("\n");
        Assert.Equal(program.TrimEnd(), Block("csharp"));
    }

    [Fact]
    public async Task The_quick_start_prints_what_the_README_says()
    {
        var folder = Directory.CreateTempSubdirectory("toymodels-quickstart");
        try
        {
            var dotnet = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
            var start = new ProcessStartInfo(dotnet)
            {
                ArgumentList = { Path.Combine(AppContext.BaseDirectory, "QuickStart.dll") },
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, await error);
            Assert.Contains($"```\n{output.ReplaceLineEndings("\n").TrimEnd()}\n```", _readme);
            Assert.True(File.Exists(Path.Combine(folder.FullName, "pentagon.zip")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_table_lists_every_pipeline()
    {
        var expected = Catalog.Default.Pipelines.Select(p => $"| `{p.Name}` | {p.Summary} | {p.Source} |");
        var rows = _readme.Split('\n').SkipWhile(line => line != "## Pipelines").SkipWhile(line => !line.StartsWith("|---", StringComparison.Ordinal))
            .Skip(1).TakeWhile(line => line.StartsWith('|'));
        Assert.Equal(expected, rows);
    }

    [Fact]
    public void Files_that_the_README_points_to_are_there()
    {
        var targets = Links().Matches(_readme).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://")).ToList();
        Assert.NotEmpty(targets);
        Assert.All(targets, target => Assert.True(Path.Exists(Path.Combine(_root, target)), target));
    }

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Links();

    private static string Block(string language) => _readme.Split($"```{language}\n")[1].Split("\n```")[0];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ToyModels.ML.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No folder above the tests holds ToyModels.ML.sln.");
        }

        return folder.FullName;
    }
}
