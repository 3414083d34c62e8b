namespace ToyModels.Pipelines.Tests;

public sealed class InterruptionTests : IDisposable
{
    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [Fact]
    public void An_interrupted_run_keeps_what_is_done_and_says_so()
    {
        using var interruption = new CancellationTokenSource();

        // The display looks at the clock once a report: the third look is that of the first report.
        _workplace.Clock.Looked = looks =>
        {
            if (looks == 3)
            {
                interruption.Cancel();
            }
        };
        var exitCode = _workplace.Invoke(
            "run superposition --out out --threads 1 --set sizes=n20-m5 --set densities=1,0.1 --set steps=100000 --set batch=16", interruption.Token);
        Assert.Equal(130, exitCode);
        var manifest = _workplace.Manifest("out");
        Assert.Equal(RunStatus.Interrupted, manifest.Status);
        Assert.NotEmpty(manifest.Verdicts);
        Assert.All(manifest.Verdicts, v => Assert.Equal((VerdictOutcome.Skipped, "the run was interrupted"), (v.Outcome, v.Reason)));
        var results = WeightsFile.Read(_workplace.PathOf("out/n20-m5/weights.safetensors"));
        Assert.Equal(4, results.Count);
        Assert.All(results, r => Assert.Equal(StopReason.Cancelled, r.Best.StopReason));
        Assert.InRange(results.Max(r => r.Best.StepsDone), 1, 99_999);
        Assert.Contains("interrupted", File.ReadAllText(_workplace.PathOf("out/report.html")), StringComparison.Ordinal);
        Assert.Equal(0, _workplace.Invoke("inspect out --verify"));
    }

    [Fact]
    public void A_run_interrupted_before_its_first_step_leaves_nothing()
    {
        using var interruption = new CancellationTokenSource();
        interruption.Cancel();
        Assert.Equal(130, _workplace.Invoke("run superposition --out out --json --set steps=10", interruption.Token));
        Assert.Equal(130, _workplace.Json().GetProperty("exitCode").GetInt32());
        Assert.Empty(Directory.EnumerateDirectories(_workplace.Directory));
        Assert.Contains("nothing to keep", _workplace.Error.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_run_that_has_nothing_leaves_the_older_one()
    {
        Assert.Equal(0, _workplace.Invoke("run universities --out out"));
        using var interruption = new CancellationTokenSource();
        interruption.Cancel();
        Assert.Equal(130, _workplace.Invoke("run superposition --out out --force --set steps=10", interruption.Token));
        Assert.Equal("universities", _workplace.Manifest("out").Pipeline);
    }
}
