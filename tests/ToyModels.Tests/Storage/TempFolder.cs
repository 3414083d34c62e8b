namespace ToyModels.Tests;

/// <summary>A fresh folder that is gone with everything in it when the test ends.</summary>
internal sealed class TempFolder : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("toymodels-").FullName;

    internal string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Names of all that lies directly in the folder, hidden things included.</summary>
    internal string[] Names() => [.. Directory.EnumerateFileSystemEntries(Root).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
