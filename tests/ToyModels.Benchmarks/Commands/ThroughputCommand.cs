using System.CommandLine;

namespace ToyModels.Benchmarks;

/// <summary>throughput: whole steps of the library's trainer.</summary>
internal sealed class ThroughputCommand : Command
{
    public ThroughputCommand()
        : base("throughput", "Measure whole training steps, and beside them what the processor does at best.")
    {
        var (config, density, threads, seconds, json) = (CommandOptions.Config("A"), CommandOptions.Density(), CommandOptions.Threads(), CommandOptions.Seconds(), CommandOptions.Json());
        Add(config);
        Add(density);
        Add(threads);
        Add(seconds);
        Add(json);
        SetAction(parsed =>
        {
            var report = new Throughput(
                NamedTrainer.ToyModels(parsed.GetValue(threads)),
                Workload.Named(parsed.GetValue(config)!), parsed.GetValue(density), parsed.GetValue(threads), parsed.GetValue(seconds)).Measure();
            Console.WriteLine(parsed.GetValue(json)
                ? report.ToJson()
                : $"""
                {report.Config}, density {report.Density}, {report.Threads} threads, steps {report.FromStep} to {report.ToStep}, median of {report.Runs}
                {report.StepsPerSecond,12:F1} steps/s
                {report.SamplesPerSecond / 1e3,12:F1} thousand samples/s
                {report.Gflops,12:F1} GFLOP/s, dense-equivalent
                {report.CeilingGflops,12:F1} GFLOP/s of multiply-adds, {report.VectorBits} bits; {report.CeilingGflopsOneThread:F1} on one thread; spread {report.CeilingSpread:P1}
                {report.Ratio,12:P1} of that
                {string.Join(" and ", report.HandoverNanoseconds?.Select(time => $"{time:F0}") ?? ["-"]),12} ns from one thread to another and back, before and after
                {report.ForeignLoad,12:P1} of the machine used by others
                """);
        });
    }
}
