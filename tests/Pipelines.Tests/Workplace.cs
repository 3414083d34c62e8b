using System.Text.Json;
using Spectre.Console.Testing;

namespace ToyModels.Pipelines.Tests;

/// <summary>A fresh directory, two consoles and a clock: everything that a command touches.</summary>
public sealed class Workplace : IDisposable
{
    public Workplace() => Clock = new ManualClock();

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("toymodels-").FullName;

    public ManualClock Clock { get; }

    internal TestConsole Out { get; private set; } = new();

    internal TestConsole Error { get; private set; } = new();

    internal static Catalog Catalog => Pipelines.Catalog.Default;

    public int Invoke(string commandLine, CancellationToken cancellation = default) => Invoke(Catalog, commandLine, cancellation);

    public string PathOf(string relative) => Path.Combine(Directory, relative);

    public void Dispose()
    {
        Out.Dispose();
        Error.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    internal int Invoke(Catalog catalog, string commandLine, CancellationToken cancellation = default)
    {
        (Out, Error) = (new TestConsole(), new TestConsole());
        return new ToyModelsCommand(new Terminal(Out, Error, Clock, Directory), catalog)
            .Invoke(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries), cancellation);
    }

    internal JsonElement Json()
    {
        using var document = JsonDocument.Parse(Out.Output);
        return document.RootElement.Clone();
    }

    internal RunManifest Manifest(string folder) => RunManifest.Read(PathOf($"{folder}/run.json"));
}
