using System.CommandLine;
using System.Text.Json;

namespace ToyModels.Benchmarks;

/// <summary>compare: this library and PyTorch in turn, on a machine that is otherwise quiet.</summary>
internal sealed class CompareCommand : Command
{
    public CompareCommand()
        : base("compare", "Measure this library and PyTorch in turn (A B A B …), and print minimum, median and maximum of both and of their ratio.")
    {
        var (config, density, threads, seconds, json, python) =
            (CommandOptions.Config("all", "all"), CommandOptions.Density(), CommandOptions.Threads(), CommandOptions.Seconds(), CommandOptions.Json(), CommandOptions.Python());
        var rounds = CommandOptions.Positive("--rounds", "Rounds, each of one measurement of both.", 5);
        var style = new Option<string>("--style") { Description = "PyTorch as one writes it in a notebook, or the best by hand.", DefaultValueFactory = _ => "best" };
        style.AcceptOnlyFromAmong("best", "notebook");
        var busy = CommandOptions.Checked(
            "--busy-limit", "The share of all cores, from 0 to 1, that others may use during a measurement; above it, nothing is reported.", 0.05, share => share is >= 0 and <= 1);
        var unsteady = CommandOptions.Checked(
            "--ceiling-limit", "By how much, as a fraction, the ceiling may move between before and after; above it, nothing is reported.", 0.1, share => share >= 0);
        foreach (var option in (Option[])[config, style, density, threads, seconds, rounds, busy, unsteady, python, json])
        {
            Add(option);
        }

        SetAction(parsed =>
        {
            var workloads = parsed.GetValue(config) == "all" ? Workload.All : [Workload.Named(parsed.GetValue(config)!)];
            var comparisons = new List<Comparison>();
            foreach (var workload in workloads)
            {
                var (ours, theirs) = (new List<ThroughputReport>(), new List<ThroughputReport>());
                for (var round = 1; round <= parsed.GetValue(rounds); round++)
                {
                    var library = new Throughput(NamedTrainer.ToyModels(parsed.GetValue(threads)), workload, parsed.GetValue(density), parsed.GetValue(threads), parsed.GetValue(seconds));
                    ours.Add(library.Measure());
                    theirs.Add(new PyTorchBaseline(parsed.GetValue(python)!).Measure(
                        workload, parsed.GetValue(style)!, parsed.GetValue(density), parsed.GetValue(threads), parsed.GetValue(seconds), round));
                    if ((WhyBusy(ours[^1]) ?? WhyBusy(theirs[^1])) is { } why)
                    {
                        Console.Error.WriteLine($"{workload.Name}, round {round}: {why} Nothing is reported from a busy machine; wait until it is quiet.");
                        return 1;
                    }
                }

                comparisons.Add(Comparison.Of(workload.Name, ours, theirs));
                if (!parsed.GetValue(json))
                {
                    Write(comparisons, parsed.GetValue(style)!);
                }
            }

            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(comparisons, Comparison.Json));
            }

            return 0;

            string? WhyBusy(ThroughputReport report) =>
                report.ForeignLoad > parsed.GetValue(busy)
                    ? $"others used {report.ForeignLoad:P1} of the machine while {report.Trainer} ran; at most {parsed.GetValue(busy):P1} is allowed (--busy-limit)."
                : report.CeilingSpread > parsed.GetValue(unsteady)
                    ? $"the ceiling moved by {report.CeilingSpread:P1} while {report.Trainer} ran; at most {parsed.GetValue(unsteady):P1} is allowed (--ceiling-limit)."
                : null;
        });
    }

    private static void Write(List<Comparison> comparisons, string style)
    {
        if (comparisons.Count == 1)
        {
            Console.WriteLine($"{"",3} {"ToyModels.ML steps/s",30} {$"PyTorch ({style}) steps/s",30} {"ratio",24} {"of the ceiling, %",21}");
        }

        var (name, ours, theirs, ratio, ceiling) = comparisons[^1];
        Console.WriteLine($"{name,3} {Text(ours, "F1"),30} {Text(theirs, "F1"),30} {Text(ratio, "F2"),24} {Text(ceiling.Times(100), "F1"),21}");

        static string Text(Range range, string format) =>
            string.Join(' ', new[] { range.Minimum, range.Median, range.Maximum }.Select(value => value.ToString(format, null)));
    }

    /// <summary>Minimum, median and maximum over rounds.</summary>
    private sealed record Range(double Minimum, double Median, double Maximum)
    {
        public static Range Of(IReadOnlyCollection<double> values) => new(values.Min(), Statistics.Median(values), values.Max());

        public Range Times(double factor) => new(Minimum * factor, Median * factor, Maximum * factor);
    }

    /// <summary>One workload: steps a second of both, their ratio round by round, and the library's share of the ceiling.</summary>
    private sealed record Comparison(string Config, Range StepsPerSecond, Range PytorchStepsPerSecond, Range Ratio, Range ShareOfCeiling)
    {
        public static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

        public static Comparison Of(string config, IReadOnlyCollection<ThroughputReport> ours, IReadOnlyCollection<ThroughputReport> theirs) => new(
            config,
            Range.Of([.. ours.Select(report => report.StepsPerSecond)]),
            Range.Of([.. theirs.Select(report => report.StepsPerSecond)]),
            Range.Of([.. ours.Zip(theirs, (our, their) => our.StepsPerSecond / their.StepsPerSecond)]),
            Range.Of([.. ours.Select(report => report.Ratio!.Value)]));
    }
}
