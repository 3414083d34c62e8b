using System.Text.Json;
using System.Text.Json.Nodes;

namespace ToyModels;

/// <summary>How a run ended.</summary>
public enum RunStatus
{
    /// <summary>Everything was done.</summary>
    Complete,

    /// <summary>It was stopped from outside; the artifacts are those reached by then.</summary>
    Interrupted,

    /// <summary>It stopped on an error; the artifacts are those reached by then.</summary>
    Failed,
}

/// <summary>What a run was, and what it left: the content of <c>run.json</c>.</summary>
public sealed record RunManifest
{
    /// <summary>Name of the file in a run's folder.</summary>
    public const string FileName = "run.json";

    /// <summary>Name of the pipeline.</summary>
    public required string Pipeline { get; init; }

    /// <summary>How it ended.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>The pipeline's options as they were used.</summary>
    public required JsonObject Options { get; init; }

    /// <summary>The seed that was used.</summary>
    public required int Seed { get; init; }

    /// <summary>Versions of the library and of what it stands on, by name.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>The widest vector instructions of the machine, as text for people.</summary>
    public required string InstructionSet { get; init; }

    /// <summary>How long it took, in seconds: zero or positive, and finite.</summary>
    public required double Seconds
    {
        get;
        init => field = value >= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Seconds), value, "Seconds must be zero or positive, and finite.");
    }

    /// <summary>Lower-case SHA-256 of every other file of the folder, by its relative path with '/'. <see cref="RunFolder.Commit"/> fills it.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>The pipeline's checks in their order.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; init; } = [];

    /// <summary>Reads a <c>run.json</c>.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="InvalidDataException">It is not a run's manifest; the message tells where and why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static RunManifest Read(string path) =>
        StoredFile.Read(path, stream => StoredJson.Read("the manifest", () => JsonSerializer.Deserialize<RunManifest>(stream, StoredJson.Compact)));

    /// <summary>Writes it, whole or not at all: indented JSON with line feeds, members in fixed order, names sorted.</summary>
    /// <param name="path">Where it goes.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path)
    {
        var sorted = this with { Versions = Sorted(Versions), Files = Sorted(Files) };
        StoredFile.WriteText(path, writer => writer.Write(JsonSerializer.Serialize(sorted, StoredJson.Indented) + "\n"));
    }

    private static SortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> texts) =>
        new(texts.ToDictionary(), StringComparer.Ordinal);
}
