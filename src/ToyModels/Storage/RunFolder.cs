using System.Security.Cryptography;

namespace ToyModels;

/// <summary>
/// The folder of a run, there whole or not at all. The run writes into a hidden folder beside it (<c>.NAME.toymodels-partial</c>); <see cref="Commit"/> puts it in
/// place by one rename. A folder that is replaced steps aside (<c>.NAME.toymodels-old</c>) and comes back if that rename fails; whatever an earlier process left
/// when it was killed is put in order by the next <see cref="Create(string, bool)"/>.
/// </summary>
public sealed class RunFolder : IDisposable
{
    private readonly string _partial;
    private readonly string _old;
    private readonly bool _force;
    private readonly FileStream _lock;
    private readonly Action<string, string> _move;
    private bool _keepPartial;
    private bool _disposed;

    private RunFolder(string path, bool force, Action<string, string> move)
    {
        FullPath = path;
        _partial = Sibling(path, "partial");
        _old = Sibling(path, "old");
        _force = force;
        _move = move;
        _lock = Lock(path);
    }

    /// <summary>Where the folder will be.</summary>
    public string FullPath { get; }

    /// <summary>Opens a folder for one run; parents are made. One run at a time can have it open, on the whole machine.</summary>
    /// <param name="path">Where the folder will be. A symbolic link is followed.</param>
    /// <param name="force">Whether a folder that is not empty is replaced, whole.</param>
    /// <exception cref="IOException">
    /// It is a file, is not empty and <paramref name="force"/> is off, holds the current or the home directory, cannot be written, is open in another
    /// run, or finished results that could not be put in place wait beside it.
    /// </exception>
    public static RunFolder Create(string path, bool force = false) => Create(path, force, Directory.Move);

    /// <summary>The path at which a file of the run is to be written; its folders are made.</summary>
    /// <param name="relativePath">Path within the folder, with '/'.</param>
    /// <exception cref="ArgumentException">It leaves the folder, names the folder itself, or is <see cref="RunManifest.FileName"/>, which <see cref="Commit"/> writes.</exception>
    public string PathOf(string relativePath)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentException.ThrowIfNullOrEmpty(relativePath);
        var path = FileWithin(_partial, relativePath)
            ?? throw new ArgumentException($"'{relativePath}' is not a file within the run's folder; give a relative path below it.", nameof(relativePath));
        if (path == Path.Combine(_partial, RunManifest.FileName))
        {
            throw new ArgumentException($"'{relativePath}' is written by Commit; call it otherwise.", nameof(relativePath));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>Hashes all files, writes <c>run.json</c> last, and puts the folder in place. Whatever fails leaves an old folder as it was, and the new files beside it.</summary>
    /// <param name="manifest">What the run was; its <see cref="RunManifest.Files"/> is filled here.</param>
    /// <returns>The manifest as it was written.</returns>
    /// <exception cref="IOException">The folder cannot be put in place; the message tells where the new files are.</exception>
    public RunManifest Commit(RunManifest manifest)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(manifest);
        _keepPartial = true;
        RunManifest written;
        try
        {
            written = manifest with { Files = HashFiles(_partial) };
            written.Write(Path.Combine(_partial, RunManifest.FileName));
            RequireFree(FullPath, _force);
            PutInPlace();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{FullPath}' cannot be put in place: {e.Message} What was there is as it was; the new files are kept in '{_partial}'.", e);
        }

        Dispose();
        return written;
    }

    /// <summary>Closes the folder. Without <see cref="Commit"/> nothing of it is left, and what was there before is as it was.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_keepPartial)
        {
            Delete(_partial);
        }

        _lock.Dispose();
    }

    /// <summary>Lower-case SHA-256 of every file of a folder but its <c>run.json</c>, by relative path with '/', in ordinal order.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> HashFiles(string folder)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            if (name != RunManifest.FileName)
            {
                using var stream = File.OpenRead(file);
                hashes.Add(name, Convert.ToHexStringLower(SHA256.HashData(stream)));
            }
        }

        return hashes;
    }

    /// <summary>The full path of a file below a folder; null where the relative path leaves it, or names a folder.</summary>
    internal static string? FileWithin(string folder, string relativePath)
    {
        var path = Path.GetFullPath(Path.Combine(folder, relativePath));
        return !Path.EndsInDirectorySeparator(path) && path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path : null;
    }

    /// <summary>With a rename of the caller's, so that its failure can be tested.</summary>
    internal static RunFolder Create(string path, bool force, Action<string, string> move)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (new DirectoryInfo(target).LinkTarget is not null)
        {
            target = Directory.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
        }

        RequireReplaceable(target);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var folder = new RunFolder(target, force, move);
            try
            {
                folder.Open();
                return folder;
            }
            catch
            {
                folder._keepPartial = true;
                folder.Dispose();
                throw;
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"'{target}' cannot be written: {e.Message} Choose another folder.", e);
        }
    }

    private void Open()
    {
        if (Directory.Exists(_old))
        {
            if (Path.Exists(FullPath))
            {
                Delete(_old);
            }
            else
            {
                _move(_old, FullPath);
            }
        }

        RequireFree(FullPath, _force);
        if (File.Exists(Path.Combine(_partial, RunManifest.FileName)))
        {
            throw new IOException($"'{_partial}' holds the results of a run that could not be put in place; move it elsewhere, or delete it.");
        }

        Delete(_partial);
        Directory.CreateDirectory(_partial);
    }

    private void PutInPlace()
    {
        var replaces = Directory.Exists(FullPath);
        if (replaces)
        {
            _move(FullPath, _old);
        }

        try
        {
            _move(_partial, FullPath);
        }
        catch when (replaces)
        {
            Directory.Move(_old, FullPath);
            throw;
        }

        try
        {
            Delete(_old);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The new folder is in place: what is left of the old one does it no harm, and the next run to this folder tries again.
        }
    }

    private static void RequireFree(string path, bool force)
    {
        if (File.Exists(path))
        {
            throw new IOException($"'{path}' is a file; choose a folder.");
        }

        if (!force && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new IOException($"'{path}' is not empty; choose another folder, or replace this one, whole, with force (--force on the command line).");
        }
    }

    private static void RequireReplaceable(string path)
    {
        string[] kept = [Directory.GetCurrentDirectory(), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)];
        if (Path.GetDirectoryName(path) is null || kept.Any(k => (k + Path.DirectorySeparatorChar).StartsWith(path + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
        {
            throw new IOException($"'{path}' is, or holds, the current or the home directory, and a run replaces its folder whole; choose another.");
        }
    }

    private static FileStream Lock(string path)
    {
        var file = Sibling(path, "lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e)
        {
            throw new IOException(
                File.Exists(file)
                    ? $"'{path}' is open in another run; wait for it, or choose another folder."
                    : $"'{path}' cannot be written: {e.Message} Choose another folder.",
                e);
        }
    }

    /// <summary>Names that are nobody else's: what bears them may be cleared.</summary>
    private static string Sibling(string path, string role) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.toymodels-{role}");

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
