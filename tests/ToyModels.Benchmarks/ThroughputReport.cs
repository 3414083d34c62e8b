using System.Text.Json;
using System.Text.Json.Serialization;

namespace ToyModels.Benchmarks;

/// <summary>The speed of one trainer on one workload, as <c>throughput</c> and pytorch_baseline.py print it.</summary>
internal sealed record ThroughputReport
{
    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public required string Trainer { get; init; }

    public required string Config { get; init; }

    public required float Density { get; init; }

    public required int Threads { get; init; }

    /// <summary>Time that was spent on the measurement.</summary>
    public double? Seconds { get; init; }

    /// <summary>Runs, or pairs of runs, whose median this is.</summary>
    public int? Runs { get; init; }

    /// <summary>The steps that were timed: after this one …</summary>
    public int? FromStep { get; init; }

    /// <summary>… up to this one.</summary>
    public int? ToStep { get; init; }

    /// <summary>Steps of the whole set of instances.</summary>
    public required double StepsPerSecond { get; init; }

    /// <summary>The same of the fastest runs: what a machine whose speed moves by itself does when it is left alone.</summary>
    public double? BestStepsPerSecond { get; init; }

    public required double SamplesPerSecond { get; init; }

    /// <summary>Dense-equivalent: 10·batch·n·m·instances a step, whatever was computed.</summary>
    public required double Gflops { get; init; }

    /// <summary>Multiply-adds of all threads together, the mean of before and after.</summary>
    public double? CeilingGflops { get; init; }

    /// <summary>Multiply-adds of one thread alone.</summary>
    public double? CeilingGflopsOneThread { get; init; }

    /// <summary>By how much the larger of the two ceilings exceeds the smaller.</summary>
    public double? CeilingSpread { get; init; }

    /// <summary>Gflops over ceiling.</summary>
    public double? Ratio { get; init; }

    /// <summary>The same of the fastest runs.</summary>
    public double? BestRatio { get; init; }

    public int? VectorBits { get; init; }

    /// <summary>Nanoseconds that a number took from one thread to another and back, before and after; null with one thread.</summary>
    public IReadOnlyList<double>? HandoverNanoseconds { get; init; }

    /// <summary>The share of all cores that others kept busy meanwhile.</summary>
    public double? ForeignLoad { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, _json);

    public static ThroughputReport OfJson(string json) =>
        JsonSerializer.Deserialize<ThroughputReport>(json, _json) ?? throw new InvalidDataException("The report is null; a JSON object is needed.");
}
