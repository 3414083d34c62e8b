namespace ToyModels.Pipelines.Tests;

/// <summary>One shortened run of the main job, for all tests that look at what it leaves.</summary>
public sealed class SuperpositionRun : IDisposable
{
    public SuperpositionRun() => Assert.Equal(0, Workplace.Invoke("run superposition --seed 5 --out out --verify --set steps=60 --set batch=64"));

    public Workplace Workplace { get; } = new();

    public void Dispose() => Workplace.Dispose();
}
