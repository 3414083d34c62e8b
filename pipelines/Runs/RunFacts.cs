namespace ToyModels.Pipelines;

/// <summary>What was run, and how.</summary>
internal sealed record RunFacts(
    IPipeline Pipeline,
    object Options,
    int Seed,
    RunStatus Status,
    DateTimeOffset Started,
    double Seconds,
    string InstructionSet,
    IReadOnlyDictionary<string, string> Versions)
{
    /// <summary>The command that gives the same run.</summary>
    public string CommandLine => string.Join(' ',
    [
        $"toymodels run {Pipeline.Name} --seed {Seed}",
        .. Pipeline.Options.Departures(Options).Select(d => $"--set {d.Option.Name}={d.Value}"),
    ]);
}
