namespace ToyModels.Pipelines.Tests;

/// <summary>Stands at 2026-01-02 03:04:05 UTC; its stopwatch moves by a fixed step with every look at it.</summary>
public sealed class ManualClock : TimeProvider
{
    private long _looks;

    public TimeSpan Step { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Told of every look at the stopwatch, with their number.</summary>
    public Action<long>? Looked { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override long GetTimestamp()
    {
        var looks = Interlocked.Increment(ref _looks);
        Looked?.Invoke(looks);
        return looks * Step.Ticks;
    }
}
