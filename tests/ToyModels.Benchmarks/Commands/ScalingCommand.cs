using System.CommandLine;
using System.Diagnostics;

namespace ToyModels.Benchmarks;

/// <summary>scaling: how the time of a training grows.</summary>
internal sealed class ScalingCommand : Command
{
    /// <summary>Points of a curve over two decades.</summary>
    private const int Points = 7;

    private const int LeastRepeats = 3;
    private static readonly TimeSpan _leastTime = TimeSpan.FromSeconds(0.5);

    /// <summary>Densities of the curve over non-zeros: those for which data are drawn by gaps, and samples go by their non-zeros.</summary>
    private const double LeastDensity = 0.0005;

    public ScalingCommand()
        : base(
            "scaling",
            "Fit how time grows with steps, batch and instances over two decades each, and with the non-zeros; exit with 1 if a curve is steeper, or less straight, than allowed.")
    {
        var (config, density, threads) = (CommandOptions.Config("B"), CommandOptions.Density(), CommandOptions.Threads());
        var steepest = CommandOptions.Checked("--exponent-limit", "The largest exponent that is allowed.", 1.05, limit => limit > 0);
        var residual = CommandOptions.Checked("--residual-limit", "By how much, as a fraction, a time may leave the straight line over non-zeros.", 0.1, limit => limit > 0);
        foreach (var option in (Option[])[config, density, threads, steepest, residual])
        {
            Add(option);
        }

        SetAction(parsed =>
        {
            var (workload, p, workers) = (Workload.Named(parsed.GetValue(config)!) with { Instances = 1 }, parsed.GetValue(density), parsed.GetValue(threads));
            Time(workload, p, steps: 1000, workers);
            var load = new MachineLoad();
            var isWithin = true;
            foreach (var (name, least, measure) in new (string, int, Func<int, double>)[]
            {
                ("steps", 400, steps => Time(workload, p, steps, workers)),
                ("batch", 128, batch => Time(workload with { Batch = batch }, p, 1000, workers)),
                ("instances", 1, instances => Time(workload with { Instances = instances }, p, 200, workers)),
            })
            {
                int[] sizes = [.. Decades(least, 100.0 * least).Select(size => (int)Math.Round(size)).Distinct()];
                double[] seconds = [.. sizes.Select(measure)];
                var exponent = Line([.. sizes.Select(size => Math.Log(size))], [.. seconds.Select(time => Math.Log(time))], time => 1).Slope;
                Write(name, sizes.Select(size => $"{size}"), seconds, $"exponent {exponent:F3}", exponent <= parsed.GetValue(steepest));
            }

            var wide = Workload.Named("C") with { Instances = 1 };
            double[] densities = [.. Decades(LeastDensity, 100 * LeastDensity)];
            double[] times = [.. densities.Select(d => Time(wide, (float)d, 500, workers))];
            var (intercept, slope) = Line(densities, times, time => 1 / (time * time));
            var furthest = densities.Zip(times, (d, time) => Math.Abs((time / (intercept + (slope * d))) - 1)).Max();
            Write("non-zeros", densities.Select(d => $"{d * wide.Features * wide.Batch:F0}"), times, $"furthest from the line {furthest:P1}", furthest <= parsed.GetValue(residual));
            Console.WriteLine($"{load.Foreign:P1} of the machine used by others");
            return isWithin ? 0 : 1;

            void Write(string name, IEnumerable<string> sizes, IEnumerable<double> seconds, string fit, bool isAllowed)
            {
                isWithin &= isAllowed;
                Console.WriteLine($"{name,10} {string.Concat(sizes.Select(size => $"{size,9}"))}");
                Console.WriteLine($"{"ms",10} {string.Concat(seconds.Select(time => $"{time * 1e3,9:F1}"))}   {fit}{(isAllowed ? "" : ": more than allowed")}");
            }
        });
    }

    private static IEnumerable<double> Decades(double first, double last) =>
        Enumerable.Range(0, Points).Select(i => first * Math.Pow(last / first, (double)i / (Points - 1)));

    /// <summary>
    /// Seconds of the steps of a training: the shortest call, less the shortest of a single step, which has start and evaluation. The shortest, because
    /// whatever else the machine does can only lengthen it.
    /// </summary>
    private static double Time(Workload workload, float density, int steps, int threads) =>
        Shortest(workload, density, steps, threads) - Shortest(workload, density, 1, threads);

    private static double Shortest(Workload workload, float density, int steps, int threads)
    {
        var (shortest, start) = (double.PositiveInfinity, Stopwatch.GetTimestamp());
        for (var repeat = 0; repeat < LeastRepeats || Stopwatch.GetElapsedTime(start) < _leastTime; repeat++)
        {
            var instances = workload.Create(density, steps, seed: 1);
            var call = Stopwatch.GetTimestamp();
            new ToyModelTrainer(threads).Train(instances);
            shortest = Math.Min(shortest, Stopwatch.GetElapsedTime(call).TotalSeconds);
        }

        return shortest;
    }

    /// <summary>The line of least squares.</summary>
    /// <param name="x">Where.</param>
    /// <param name="y">The values there.</param>
    /// <param name="weight">What the square of a value's distance from the line counts.</param>
    private static (double Intercept, double Slope) Line(double[] x, double[] y, Func<double, double> weight)
    {
        double[] weights = [.. y.Select(weight)];
        var (meanX, meanY) = (Mean(x), Mean(y));
        var slope = Mean([.. x.Zip(y, (a, b) => (a - meanX) * (b - meanY))]) / Mean([.. x.Select(a => (a - meanX) * (a - meanX))]);
        return (meanY - (slope * meanX), slope);

        double Mean(double[] values) => values.Zip(weights, (value, w) => value * w).Sum() / weights.Sum();
    }
}
