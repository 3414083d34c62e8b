namespace ToyModels.ML.Tests;

/// <summary>A folder of its own for one test, gone after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("toymodels-");

    public void Dispose() => _folder.Delete(recursive: true);

    internal string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
