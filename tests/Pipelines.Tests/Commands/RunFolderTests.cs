namespace ToyModels.Pipelines.Tests;

public sealed class RunFolderTests : IDisposable
{
    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [Fact]
    public void The_default_folder_tells_time_and_seed_and_is_never_used_again()
    {
        Assert.Equal(0, _workplace.Invoke("run universities --seed 7"));
        Assert.Equal(0, _workplace.Invoke("run universities --seed 7"));
        var folders = Directory.EnumerateDirectories(_workplace.PathOf("artifacts/universities")).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(["20260102T030405Z-seed7", "20260102T030405Z-seed7-2"], folders);
    }

    [Fact]
    public void A_folder_that_is_not_empty_is_refused_before_anything_runs()
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(_workplace.PathOf("out")).FullName, "mine.txt"), "mine");
        var ran = false;
        Assert.Equal(2, _workplace.Invoke(new Catalog(new StubPipeline(_ => ran = true)), "run stub --out out"));
        Assert.False(ran);
        Assert.Contains("not empty", _workplace.Error.Output, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_workplace.PathOf("out/mine.txt")));
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_refused_before_anything_runs()
    {
        File.WriteAllText(_workplace.PathOf("out"), "mine");
        var ran = false;
        Assert.Equal(2, _workplace.Invoke(new Catalog(new StubPipeline(_ => ran = true)), "run stub --force --out out"));
        Assert.False(ran);
        Assert.Equal("mine", File.ReadAllText(_workplace.PathOf("out")));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused_before_anything_runs()
    {
        File.WriteAllText(_workplace.PathOf("file"), "mine");
        var ran = false;
        Assert.Equal(2, _workplace.Invoke(new Catalog(new StubPipeline(_ => ran = true)), "run stub --out file/out"));
        Assert.False(ran);
        Assert.Contains(_workplace.PathOf("file/out"), _workplace.Error.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Force_replaces_the_folder_whole()
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(_workplace.PathOf("out")).FullName, "old.txt"), "old");
        Assert.Equal(0, _workplace.Invoke("run universities --out out --force"));
        Assert.False(File.Exists(_workplace.PathOf("out/old.txt")));
        Assert.True(File.Exists(_workplace.PathOf("out/run.json")));
    }

    [Fact]
    public void A_failed_verdict_is_told_and_makes_the_exit_code_under_verify_alone()
    {
        var catalog = new Catalog(new StubPipeline(c => c.Judge("id", "what", "1", skip: null, () => ("2", false))));
        Assert.Equal(0, _workplace.Invoke(catalog, "run stub --out a"));
        Assert.Contains("fail", _workplace.Out.Output, StringComparison.Ordinal);
        Assert.Equal(1, _workplace.Invoke(catalog, "run stub --out b --verify"));
        Assert.Equal(VerdictOutcome.Fail, _workplace.Manifest("b").Verdicts.Single().Outcome);
    }

    [Fact]
    public void Json_is_the_manifest_with_folder_and_exit_code_and_nothing_else_on_standard_output()
    {
        Assert.Equal(0, _workplace.Invoke("run universities --out out --json --verify"));
        var json = _workplace.Json();
        Assert.Equal(_workplace.PathOf("out"), json.GetProperty("folder").GetString());
        Assert.Equal(0, json.GetProperty("exitCode").GetInt32());
        Assert.Equal("universities", json.GetProperty("pipeline").GetString());
        Assert.NotEmpty(json.GetProperty("verdicts").EnumerateArray());
        Assert.Contains("8 passed", _workplace.Error.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_failed_run_had_written_is_kept_and_marked()
    {
        Assert.Equal(3, _workplace.Invoke(new Catalog(new StubPipeline(FailLate)), "run stub --out out"));
        var manifest = _workplace.Manifest("out");
        Assert.Equal(RunStatus.Failed, manifest.Status);
        Assert.Contains("figures/half.svg", manifest.Files.Keys);
        Assert.Contains("disk trouble", _workplace.Error.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_run_never_takes_the_place_of_an_older_one()
    {
        Assert.Equal(0, _workplace.Invoke("run universities --out out"));
        Assert.Equal(3, _workplace.Invoke(new Catalog(new StubPipeline(FailLate)), "run stub --out out --force"));
        Assert.Equal("universities", _workplace.Manifest("out").Pipeline);
        Assert.Equal(0, _workplace.Invoke("inspect out --verify"));
    }

    [Fact]
    public void A_run_that_fails_at_once_leaves_nothing()
    {
        Assert.Equal(3, _workplace.Invoke(new Catalog(new StubPipeline(_ => throw new InvalidDataException("bad row"))), "run stub --out out"));
        Assert.Empty(Directory.EnumerateDirectories(_workplace.Directory));
    }

    private static void FailLate(PipelineContext context)
    {
        var arrows = Figures.FeatureArrows.Draw(ThreeUniversities.Model, [1, 1, 1]);
        context.Show(context.Report.AddSection("Half"), "half", arrows, "Half of it.");
        throw new IOException("disk trouble");
    }
}
