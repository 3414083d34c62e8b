using System.Text.Json.Nodes;
using Spectre.Console;

namespace ToyModels.Pipelines;

/// <summary>Something that a run left behind, looked into.</summary>
internal abstract class Inspection
{
    /// <summary>What <see cref="Verify"/> checks, in words.</summary>
    public abstract string Verified { get; }

    /// <summary>Opens what lies at a path.</summary>
    /// <param name="path">A run's folder, its run.json, a model or a weights file.</param>
    /// <exception cref="InvalidDataException">There is nothing, or nothing of that kind.</exception>
    public static Inspection Of(string path)
    {
        if (Directory.Exists(path))
        {
            return File.Exists(Path.Combine(path, RunManifest.FileName))
                ? new RunInspection(path)
                : throw new InvalidDataException($"'{path}' holds no {RunManifest.FileName}: it is not the folder of a run.");
        }

        if (!File.Exists(path))
        {
            throw new InvalidDataException($"'{path}' is not there.");
        }

        return Path.GetFileName(path) == RunManifest.FileName ? new RunInspection(Path.GetDirectoryName(path)!)
            : IsZip(path) ? new ModelInspection(path)
            : Path.GetExtension(path) == ".safetensors" ? new WeightsInspection(path)
            : throw new InvalidDataException($"'{path}' is none of what can be inspected: the folder of a run, a model (.zip), a weights file (.safetensors).");
    }

    /// <summary>Tells a person.</summary>
    public abstract void WriteTo(IAnsiConsole console);

    /// <summary>Tells a program.</summary>
    public abstract JsonObject ToJson();

    /// <summary>Checks it against itself.</summary>
    /// <returns>What differs; empty where all is well.</returns>
    public abstract IReadOnlyList<string> Verify();

    private static bool IsZip(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[4];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("PK\u0003\u0004"u8);
    }
}
