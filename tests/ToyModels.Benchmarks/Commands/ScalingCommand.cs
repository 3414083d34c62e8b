using System.CommandLine;
using System.Diagnostics;

namespace ToyModels.Benchmarks;

/// <summary>scaling: how the time of a training grows.</summary>
internal sealed class ScalingCommand : Command
{
    /// <summary>Points of a curve over two decades.</summary>
    private const int Points = 7;

    /// <summary>Over so long are short calls averaged: a shortest call would find a quiet moment that a long one never gets. Long ones are timed once.</summary>
    private static readonly TimeSpan _span = TimeSpan.FromSeconds(0.05);

    /// <summary>Densities of the curve over non-zeros: those for which data are drawn by gaps, and samples go by their non-zeros.</summary>
    private const double LeastDensity = 0.0005;

    public ScalingCommand()
        : base(
            "scaling",
            "Fit how time grows with steps, batch and instances over two decades each, and with the non-zeros; exit with 1 if a curve is steeper, or less straight, than allowed.")
    {
        var (config, density, threads) = (CommandOptions.Config("B"), CommandOptions.Density(), CommandOptions.Threads());
        var steepest = CommandOptions.Checked("--exponent-limit", "The largest exponent that is allowed.", 1.05, limit => limit > 0);
        var residual = CommandOptions.Checked("--residual-limit", "By how much, as a fraction, a time may lie above the straight line over non-zeros, or in their upper decade beside it.", 0.1, limit => limit > 0);
        var rounds = CommandOptions.Positive("--rounds", "Rounds, in each of which every point is measured once.", 40);
        foreach (var option in (Option[])[config, density, threads, rounds, steepest, residual])
        {
            Add(option);
        }

        SetAction(parsed =>
        {
            var (workload, p, workers) = (Workload.Named(parsed.GetValue(config)!) with { Instances = 1 }, parsed.GetValue(density), parsed.GetValue(threads));
            MeanSeconds(new(workload, p, 1000), workers);
            var load = new MachineLoad();
            var isWithin = true;
            foreach (var (name, least, point) in new (string, int, Func<int, Point>)[]
            {
                ("steps", 400, steps => new(workload, p, steps)),
                ("batch", 128, batch => new(workload with { Batch = batch }, p, 1000)),
                ("instances", 1, instances => new(workload with { Instances = instances }, p, 200)),
            })
            {
                int[] sizes = [.. Decades(least, 100.0 * least).Select(size => (int)Math.Round(size)).Distinct()];
                var seconds = Seconds([.. sizes.Select(point)], workers, parsed.GetValue(rounds));
                var exponent = Line([.. sizes.Select(size => Math.Log(size))], [.. seconds.Select(time => Math.Log(time))], time => 1).Slope;
                Write(name, sizes.Select(size => $"{size}"), seconds, $"exponent {exponent:F3}", exponent <= parsed.GetValue(steepest));
            }

            var wide = Workload.Named("C") with { Instances = 1 };
            double[] densities = [.. Decades(LeastDensity, 100 * LeastDensity)];
            var times = Seconds([.. densities.Select(d => new Point(wide, (float)d, 500))], workers, parsed.GetValue(rounds));

            // Where few outputs live a cheaper way back takes over, and times fall below the line of those above: only too much time is a fault there.
            const int upper = Points / 2;
            var (intercept, slope) = Line(densities[upper..], times[upper..], time => 1 / (time * time));
            var furthest = Enumerable.Range(0, Points).Max(i =>
            {
                var distance = (times[i] / (intercept + (slope * densities[i]))) - 1;
                return i < upper ? distance : Math.Abs(distance);
            });
            Write(
                "non-zeros", densities.Select(d => $"{d * wide.Features * wide.Batch:F0}"), times, $"furthest above the upper decade's line, or beside it there, {furthest:P1}",
                furthest <= parsed.GetValue(residual));
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
    /// Seconds of the steps of each training: whole calls, less calls of a single step, which have start and evaluation. The points take turns, round
    /// after round. What slows the machine for a while slows all points of a round: so a point's share of its round is what counts, the median over the rounds,
    /// of a round of median length.
    /// </summary>
    private static double[] Seconds(IReadOnlyList<Point> points, int threads, int rounds)
    {
        var times = Enumerable.Range(0, rounds).Select(_ => points.Select(point => MeanSeconds(point, threads) - MeanSeconds(point with { Steps = 1 }, threads)).ToArray()).ToArray();
        var whole = times.Select(round => Math.Exp(round.Average(Math.Log))).ToArray();
        return [.. points.Select((_, i) => Statistics.Median([.. times.Zip(whole, (round, mean) => round[i] / mean)]) * Statistics.Median(whole))];
    }

    private static double MeanSeconds(Point point, int threads)
    {
        var (calls, time) = (0, TimeSpan.Zero);
        for (; time < _span; calls++)
        {
            var instances = point.Workload.Create(point.Density, point.Steps, seed: 1);
            var start = Stopwatch.GetTimestamp();
            new ToyModelTrainer(threads).Train(instances);
            time += Stopwatch.GetElapsedTime(start);
        }

        return time.TotalSeconds / calls;
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

    /// <summary>One training.</summary>
    private sealed record Point(Workload Workload, float Density, int Steps);
}
