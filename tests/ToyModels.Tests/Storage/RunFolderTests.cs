using System.Security.Cryptography;

namespace ToyModels.Tests;

public sealed class RunFolderTests : IDisposable
{
    private readonly TempFolder _temp = new();

    private string Target => _temp.PathOf("run");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_committed_run_is_in_place_with_its_manifest_and_nothing_else_is_left()
    {
        using var folder = RunFolder.Create(Target);
        File.WriteAllText(folder.PathOf("report.html"), "page");
        File.WriteAllText(folder.PathOf("n5-m2/models/000.zip"), "zip");
        Assert.False(Directory.Exists(Target));

        var manifest = folder.Commit(RunManifestTests.Manifest);

        Assert.Equal(["run"], _temp.Names());
        Assert.Equal("page", File.ReadAllText(_temp.PathOf("run", "report.html")));
        Assert.Equal(["n5-m2/models/000.zip", "report.html"], manifest.Files.Keys);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("zip"u8)), manifest.Files["n5-m2/models/000.zip"]);
        Assert.Equal(manifest.Files, RunManifest.Read(_temp.PathOf("run", "run.json")).Files);
        Assert.Equal(manifest.Files, RunFolder.HashFiles(Target));
    }

    [Fact]
    public void A_run_that_is_not_committed_leaves_nothing()
    {
        using (var folder = RunFolder.Create(Target))
        {
            File.WriteAllText(folder.PathOf("a"), "new");
        }

        Assert.Empty(_temp.Names());
    }

    [Fact]
    public void Missing_parents_are_made()
    {
        using (var folder = RunFolder.Create(_temp.PathOf("a", "b", "run") + Path.DirectorySeparatorChar))
        {
            Assert.Equal(_temp.PathOf("a", "b", "run"), folder.FullPath);
            folder.Commit(RunManifestTests.Manifest);
        }

        Assert.True(File.Exists(_temp.PathOf("a", "b", "run", "run.json")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_empty_folder_is_used(bool force)
    {
        Directory.CreateDirectory(Target);

        using (var folder = RunFolder.Create(Target, force))
        {
            folder.Commit(RunManifestTests.Manifest);
        }

        Assert.Equal(["run"], _temp.Names());
        Assert.True(File.Exists(_temp.PathOf("run", "run.json")));
    }

    [Fact]
    public void A_folder_that_is_not_empty_is_refused_without_force()
    {
        Old();

        Assert.Contains("not empty", Assert.Throws<IOException>(() => RunFolder.Create(Target)).Message, StringComparison.Ordinal);
        OldIsWhole();
    }

    [Fact]
    public void A_folder_that_filled_during_the_run_is_not_replaced_and_the_run_is_kept()
    {
        var folder = RunFolder.Create(Target);
        File.WriteAllText(folder.PathOf("new"), "new");
        Old();

        var error = Assert.Throws<IOException>(() => folder.Commit(RunManifestTests.Manifest));
        folder.Dispose();

        Assert.Contains(_temp.PathOf(".run.toymodels-partial"), error.Message, StringComparison.Ordinal);
        Assert.Equal([".run.toymodels-partial", "run"], _temp.Names());
        Assert.Equal("old", File.ReadAllText(_temp.PathOf("run", "old")));
        Assert.Equal("new", File.ReadAllText(_temp.PathOf(".run.toymodels-partial", "new")));
        Assert.Contains("could not be put in place", Assert.Throws<IOException>(() => RunFolder.Create(Target, force: true)).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_temp.PathOf(".run.toymodels-partial", "run.json")));
    }

    [Fact]
    public void With_force_the_old_folder_stays_until_the_new_one_is_committed()
    {
        Old();
        using var folder = RunFolder.Create(Target, force: true);
        File.WriteAllText(folder.PathOf("new"), "new");
        Assert.Equal("old", File.ReadAllText(_temp.PathOf("run", "old")));

        folder.Commit(RunManifestTests.Manifest);

        Assert.Equal(["run"], _temp.Names());
        Assert.Equal(["new", "run.json"], Directory.EnumerateFiles(Target).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void With_force_an_abandoned_run_leaves_the_old_folder()
    {
        Old();

        RunFolder.Create(Target, force: true).Dispose();

        OldIsWhole();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_rename_that_fails_leaves_the_old_folder_and_keeps_the_new_files(int failing)
    {
        Old();
        var renames = 0;
        using (var folder = RunFolder.Create(Target, force: true, (from, to) =>
        {
            if (++renames == failing)
            {
                throw new IOException("no room.");
            }

            Directory.Move(from, to);
        }))
        {
            File.WriteAllText(folder.PathOf("new"), "new");

            Assert.Contains("no room. What was there is as it was", Assert.Throws<IOException>(() => folder.Commit(RunManifestTests.Manifest)).Message, StringComparison.Ordinal);
        }

        Assert.Equal([".run.toymodels-partial", "run"], _temp.Names());
        Assert.Equal("old", File.ReadAllText(_temp.PathOf("run", "old")));
        Assert.Equal("new", File.ReadAllText(_temp.PathOf(".run.toymodels-partial", "new")));
    }

    [Fact]
    public void A_commit_that_failed_can_be_repeated()
    {
        using var folder = RunFolder.Create(Target);
        File.WriteAllText(Target, "in the way");
        Assert.Throws<IOException>(() => folder.Commit(RunManifestTests.Manifest));
        File.Delete(Target);

        folder.Commit(RunManifestTests.Manifest);

        Assert.Equal(["run"], _temp.Names());
    }

    [Fact]
    public void What_a_killed_run_left_half_written_is_cleared()
    {
        Directory.CreateDirectory(_temp.PathOf(".run.toymodels-partial", "figures"));
        File.WriteAllText(_temp.PathOf(".run.toymodels-partial", "half"), "half");
        File.WriteAllText(_temp.PathOf(".run.toymodels-lock"), "");

        using (var folder = RunFolder.Create(Target))
        {
            Assert.Empty(folder.Commit(RunManifestTests.Manifest).Files);
        }

        Assert.Equal(["run"], _temp.Names());
    }

    [Fact]
    public void A_folder_that_a_killed_run_had_set_aside_comes_back()
    {
        Directory.CreateDirectory(_temp.PathOf(".run.toymodels-old"));
        File.WriteAllText(_temp.PathOf(".run.toymodels-old", "old"), "old");

        Assert.Contains("not empty", Assert.Throws<IOException>(() => RunFolder.Create(Target)).Message, StringComparison.Ordinal);
        OldIsWhole();
    }

    [Fact]
    public void A_folder_that_was_replaced_by_a_run_killed_after_is_cleared()
    {
        Directory.CreateDirectory(_temp.PathOf(".run.toymodels-old"));
        Old();

        RunFolder.Create(Target, force: true).Dispose();

        OldIsWhole();
    }

    [Fact]
    public void One_run_at_a_time_has_a_folder()
    {
        using (RunFolder.Create(Target))
        {
            Assert.Contains("open in another run", Assert.Throws<IOException>(() => RunFolder.Create(Target)).Message, StringComparison.Ordinal);
            Assert.True(Directory.Exists(_temp.PathOf(".run.toymodels-partial")));
        }

        RunFolder.Create(Target).Dispose();
    }

    [Fact]
    public void A_file_is_no_folder()
    {
        File.WriteAllText(Target, "file");

        Assert.Contains("is a file", Assert.Throws<IOException>(() => RunFolder.Create(Target, force: true)).Message, StringComparison.Ordinal);
        Assert.Contains(Target, Assert.ThrowsAny<IOException>(() => RunFolder.Create(Path.Combine(Target, "below"))).Message, StringComparison.Ordinal);
        Assert.Equal("file", File.ReadAllText(Target));
        Assert.Equal(["run"], _temp.Names());
    }

    [Fact]
    public void A_link_is_followed_and_stays()
    {
        Directory.CreateDirectory(_temp.PathOf("elsewhere"));
        File.CreateSymbolicLink(Target, _temp.PathOf("elsewhere"));

        using (var folder = RunFolder.Create(Target))
        {
            folder.Commit(RunManifestTests.Manifest);
        }

        Assert.True(File.Exists(_temp.PathOf("elsewhere", "run.json")));
        Assert.Equal(_temp.PathOf("elsewhere"), new FileInfo(Target).LinkTarget);
        Assert.Equal(["elsewhere", "run"], _temp.Names());
    }

    [Fact]
    public void Folders_that_hold_the_session_are_never_replaced()
    {
        foreach (var path in new[] { "/", ".", "..", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) }.Where(p => p.Length > 0))
        {
            Assert.Contains("choose another", Assert.Throws<IOException>(() => RunFolder.Create(path, force: true)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("/etc/a")]
    [InlineData(".")]
    [InlineData("a/")]
    [InlineData("../.run.toymodels-partial2/a")]
    [InlineData("run.json")]
    [InlineData("a/../run.json")]
    [InlineData("")]
    public void Paths_that_are_no_file_of_the_run_are_refused(string path)
    {
        using var folder = RunFolder.Create(Target);

        Assert.ThrowsAny<ArgumentException>(() => folder.PathOf(path));
    }

    [Fact]
    public void A_closed_folder_is_closed()
    {
        var folder = RunFolder.Create(Target);
        folder.Commit(RunManifestTests.Manifest);

        Assert.Throws<ObjectDisposedException>(() => folder.PathOf("late"));
        Assert.Throws<ObjectDisposedException>(() => folder.Commit(RunManifestTests.Manifest));
        folder.Dispose();
        Assert.Equal(["run"], _temp.Names());
    }

    private void Old()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(_temp.PathOf("run", "old"), "old");
    }

    private void OldIsWhole()
    {
        Assert.Equal(["run"], _temp.Names());
        Assert.Equal("old", File.ReadAllText(Assert.Single(Directory.GetFiles(Target))));
    }
}
