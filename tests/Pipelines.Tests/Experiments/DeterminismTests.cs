namespace ToyModels.Pipelines.Tests;

public sealed class DeterminismTests : IDisposable
{
    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [Fact]
    public void Weights_do_not_depend_on_threads_but_on_the_seed()
    {
        var one = Weights("--threads 1 --seed 1");
        Assert.Equal(one, Weights("--threads 2 --seed 1"));
        Assert.NotEqual(one, Weights("--threads 2 --seed 2"));
    }

    [Fact]
    public void Restarts_keep_the_best_of_several()
    {
        Assert.Equal(0, _workplace.Invoke("run superposition --out out --restarts 3 --set sizes=n20-m5 --set models=relu-output --set densities=0.1 --set steps=20 --set batch=32"));
        Assert.Equal(3, WeightsFile.Read(_workplace.PathOf("out/n20-m5/weights.safetensors")).Single().Options.Restarts);
        var restarts = File.ReadLines(_workplace.PathOf("out/n20-m5/loss.csv")).Skip(1).Select(l => l.Split(',')[1]).Distinct();
        Assert.Equal(["0", "1", "2"], restarts);
    }

    private byte[] Weights(string options)
    {
        Assert.Equal(0, _workplace.Invoke($"run superposition --force --out out {options} --set sizes=n20-m5 --set densities=1,0.01 --set steps=70 --set batch=128"));
        return File.ReadAllBytes(_workplace.PathOf("out/n20-m5/weights.safetensors"));
    }
}
