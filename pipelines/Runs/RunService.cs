using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Spectre.Console;

namespace ToyModels.Pipelines;

/// <summary>Runs a pipeline from an empty folder to a finished one.</summary>
internal sealed class RunService(Terminal terminal)
{
    /// <summary>Runs it, and tells how that went.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">The folder cannot be had.</exception>
    public int Run(RunRequest request, CancellationToken cancellation)
    {
        var console = request.Json ? terminal.Error : terminal.Out;
        var path = FolderOf(request);
        var replaces = Directory.Exists(path);
        using var folder = CreateFolder(path, request.Force);
        var started = terminal.Clock.GetUtcNow();
        var start = terminal.Clock.GetTimestamp();
        console.Line($"{request.Pipeline.Name}, seed {request.Seed}: {request.Pipeline.Summary}");
        var context = new PipelineContext(folder, new TrainingDisplay(console, terminal.Clock), request.Seed, request.Threads, cancellation);
        RunFacts Facts(RunStatus status) => new(
            request.Pipeline, request.Options, request.Seed, status, started, terminal.Clock.GetElapsedTime(start).TotalSeconds, InstructionSet(), Versions());
        try
        {
            request.Pipeline.Run(request.Options, context);
        }
        catch (OperationCanceledException)
        {
            return terminal.Refuse("The run was interrupted before its first step: there is nothing to keep.", ExitCode.Interrupted, request.Json);
        }
        catch when (context.Files.Count > 0 && !replaces)
        {
            // What was trained is worth more than a tidy folder; where an older run would have to go for it, that one stays.
            Commit(folder, Facts(RunStatus.Failed), context.Verdicts);
            console.Line($"The run failed; what it had written lies in {path}");
            throw;
        }

        var facts = Facts(context.Interrupted ? RunStatus.Interrupted : RunStatus.Complete);
        File.WriteAllText(folder.PathOf("report.html"), ReportPage.Render(facts, context.Report, context.Verdicts, [.. context.Files, "run.json"]));
        Commit(folder, facts, context.Verdicts);
        return Tell(request, console, path, facts, context.Verdicts);
    }

    private int Tell(RunRequest request, IAnsiConsole console, string path, RunFacts facts, IReadOnlyList<Verdict> verdicts)
    {
        VerdictText.WriteTo(console, verdicts);
        console.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{facts.Status} in {VerdictText.Duration(facts.Seconds)}: {VerdictText.Count(verdicts)}."));
        console.Line(Path.Combine(path, "report.html"));
        var exitCode = facts.Status == RunStatus.Interrupted ? ExitCode.Interrupted
            : request.Verify && verdicts.Any(v => v.Outcome == VerdictOutcome.Fail) ? ExitCode.Difference
            : ExitCode.Done;
        if (request.Json)
        {
            var json = JsonNode.Parse(File.ReadAllText(Path.Combine(path, "run.json")))!.AsObject();
            json.Insert(0, "folder", path);
            json.Insert(1, "exitCode", exitCode);
            terminal.Out.Json(json);
        }

        return exitCode;
    }

    private string FolderOf(RunRequest request)
    {
        if (request.Out is { } given)
        {
            return terminal.Resolve(given);
        }

        var stamp = terminal.Clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var first = terminal.Resolve(Path.Combine("artifacts", request.Pipeline.Name, string.Create(CultureInfo.InvariantCulture, $"{stamp}-seed{request.Seed}")));
        var path = first;
        for (var again = 2; Path.Exists(path); again++)
        {
            path = string.Create(CultureInfo.InvariantCulture, $"{first}-{again}");
        }

        return path;
    }

    private static RunFolder CreateFolder(string path, bool force)
    {
        try
        {
            return RunFolder.Create(path, force);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException(e.Message.Contains(path, StringComparison.Ordinal) ? e.Message : $"'{path}' cannot be the folder of a run: {e.Message}");
        }
    }

    private static void Commit(RunFolder folder, RunFacts facts, IReadOnlyList<Verdict> verdicts) => folder.Commit(new RunManifest
    {
        Pipeline = facts.Pipeline.Name,
        Status = facts.Status,
        Options = facts.Pipeline.Options.ToJson(facts.Options),
        Seed = facts.Seed,
        Versions = facts.Versions,
        InstructionSet = facts.InstructionSet,
        Seconds = Math.Round(facts.Seconds, 3),
        Verdicts = verdicts,
    });

    private static SortedDictionary<string, string> Versions() => new(StringComparer.Ordinal)
    {
        ["dotnet"] = Environment.Version.ToString(),
        ["ml.net"] = VersionOf(typeof(MLContext).Assembly),
        ["system"] = RuntimeInformation.RuntimeIdentifier,
        ["toymodels"] = VersionOf(typeof(ToyModel).Assembly),
    };

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? assembly.GetName().Version!.ToString();

    private static string InstructionSet() =>
        Vector512.IsHardwareAccelerated ? "vector512"
        : Vector256.IsHardwareAccelerated ? "vector256"
        : Vector128.IsHardwareAccelerated ? "vector128"
        : "scalar";
}
