using System.Diagnostics;

namespace ToyModels.Benchmarks;

/// <summary>
/// The speed of whole training steps: those from 1000 to 2000 of a run from the standard start, or, where the time given does not hold
/// them, of a window that begins at half of the steps that it ends with.
/// </summary>
/// <param name="trainer">What trains.</param>
/// <param name="workload">What is trained.</param>
/// <param name="density">Density p of every feature.</param>
/// <param name="threads">Threads that the trainer has.</param>
/// <param name="seconds">Time to spend on the measurement; at least three pairs of runs are made, or two steps of one run, however long they take.</param>
internal sealed class Throughput(NamedTrainer trainer, Workload workload, float density, int threads, double seconds)
{
    private const int WindowStart = 1000;
    private const int LeastPairs = 3;
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(1);

    /// <summary>Warms up, measures the ceiling, the steps, and the ceiling again.</summary>
    public ThroughputReport Measure()
    {
        // One instance tells its steps while it runs, and need not be run to its end, where the evaluation sample of F2 costs
        // as much as a hundred steps. Of many, which run one after the other on each thread, only a whole call tells a time.
        Func<double, Window> measure = workload.Instances == 1 ? Watch : Subtract;
        var warm = Stopwatch.GetTimestamp();
        do
        {
            if (workload.Instances == 1)
            {
                WatchOnce(_warmUp, seed: 0);
            }
            else
            {
                Time(steps: 10, seed: 0);
            }
        }
        while (Stopwatch.GetElapsedTime(warm) < _warmUp);

        var load = new MachineLoad();
        double[] ceilings = [FmaCeiling.Measure(threads), 0];
        double[] single = [threads == 1 ? ceilings[0] : FmaCeiling.Measure(1), 0];
        double[] handovers = threads == 1 ? [] : [Handover.Measure(), 0];
        var start = Stopwatch.GetTimestamp();
        var window = measure(seconds);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (threads > 1)
        {
            handovers[1] = Handover.Measure();
        }

        ceilings[1] = FmaCeiling.Measure(threads);
        single[1] = threads == 1 ? ceilings[1] : FmaCeiling.Measure(1);
        var gflops = window.StepsPerSecond * workload.FlopsPerStep / 1e9;
        return new ThroughputReport
        {
            Trainer = trainer.Name,
            Config = workload.Name,
            Density = density,
            Threads = threads,
            Seconds = elapsed,
            Runs = window.Runs,
            FromStep = window.From,
            ToStep = window.To,
            StepsPerSecond = window.StepsPerSecond,
            BestStepsPerSecond = window.BestStepsPerSecond,
            SamplesPerSecond = window.StepsPerSecond * workload.SamplesPerStep,
            Gflops = gflops,
            CeilingGflops = ceilings.Average(),
            CeilingGflopsOneThread = single.Average(),
            CeilingSpread = (ceilings.Max() / ceilings.Min()) - 1,
            Ratio = gflops / ceilings.Average(),
            BestRatio = gflops / ceilings.Average() * window.BestStepsPerSecond / window.StepsPerSecond,
            VectorBits = FmaCeiling.VectorBits,
            HandoverNanoseconds = threads == 1 ? null : handovers,
            ForeignLoad = load.Foreign,
        };
    }

    /// <summary>Pairs of runs of one seed, the second twice as long as the first: start, end and evaluation are in both, and cancel.</summary>
    private Window Subtract(double budget)
    {
        var start = Stopwatch.GetTimestamp();
        var (steps, once, twice) = (5, 0.0, 0.0);
        while (twice - once < 0.02 && steps < WindowStart)
        {
            steps = Math.Min(2 * steps, WindowStart);
            (once, twice) = (Time(steps, seed: 0), Time(2 * steps, seed: 0));
        }

        var step = Math.Max(twice - once, 1e-6) / steps;
        var rest = Math.Max(0, once - (steps * step));

        // A window of half of what start and evaluation take is not drowned by their scatter, whatever the time given.
        var leastWindow = Math.Clamp(rest / (2 * step), 10, WindowStart);
        var window = (int)Math.Clamp(((budget / LeastPairs) - (2 * rest)) / (3 * step), leastWindow, WindowStart);
        var (shorter, longer) = (new List<double>(), new List<double>());
        for (var seed = 1; seed <= LeastPairs || Stopwatch.GetElapsedTime(start).TotalSeconds < budget; seed++)
        {
            shorter.Add(Time(window, seed));
            longer.Add(Time(2 * window, seed));
        }

        // The fastest is the difference of the fastest: the smallest difference of one pair would be luck on both sides.
        var median = Statistics.Median(longer.Zip(shorter, (two, one) => (two - one) / window));
        var least = (longer.Min() - shorter.Min()) / window;
        return median > 0
            ? new Window(1 / median, 1 / Math.Min(least, median), window, 2 * window, longer.Count)
            : throw new InvalidOperationException(
                $"{window} steps more took {median * window} seconds less: the machine is too busy to measure on. Wait until it is quiet, or give more --seconds.");
    }

    /// <summary>Seconds of one call of the trainer.</summary>
    private double Time(int steps, int seed)
    {
        var instances = workload.Create(density, steps, seed);
        var start = Stopwatch.GetTimestamp();
        trainer.Trainer.Train(instances);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private Window Watch(double budget)
    {
        var start = Stopwatch.GetTimestamp();
        var windows = new List<Window>();
        do
        {
            windows.Add(WatchOnce(TimeSpan.FromSeconds(budget) - Stopwatch.GetElapsedTime(start), windows.Count + 1));
        }
        while (windows[^1].To == 2 * WindowStart && Stopwatch.GetElapsedTime(start).TotalSeconds < budget);

        // A run that time cut short began like the others: its window is one of their steps, unless it is the only one.
        var whole = windows.Where(window => window.To == windows[0].To).ToList();
        return windows[0] with
        {
            StepsPerSecond = Statistics.Median(whole.Select(window => window.StepsPerSecond)),
            BestStepsPerSecond = whole.Max(window => window.StepsPerSecond),
            Runs = whole.Count,
        };
    }

    /// <summary>One run of at most 2000 steps, left as soon as its last step is told.</summary>
    private Window WatchOnce(TimeSpan budget, int seed)
    {
        using var stop = new CancellationTokenSource();
        var watcher = new Watcher(budget, stop);
        try
        {
            trainer.Trainer.Train(workload.Create(density, 2 * WindowStart, seed), watcher, stop.Token);
        }
        catch (LastStepException)
        {
            // All that is wanted has been seen.
        }

        return watcher.Window;
    }

    /// <summary>A measured stretch of steps.</summary>
    private sealed record Window(double StepsPerSecond, double BestStepsPerSecond, int From, int To, int Runs);

    /// <summary>Notes when steps were told of, and ends the run at its last one, before the evaluation.</summary>
    private sealed class Watcher(TimeSpan budget, CancellationTokenSource stop) : IProgress<TrainingProgress>
    {
        private readonly List<(int Step, long Time)> _seen = [];

        public Window Window
        {
            get
            {
                var last = _seen[^1];
                var first = _seen.Last(seen => seen.Step <= Math.Max(1, Math.Min(WindowStart, last.Step / 2)));
                var rate = (last.Step - first.Step) / Stopwatch.GetElapsedTime(first.Time, last.Time).TotalSeconds;
                return new Window(rate, rate, first.Step, last.Step, 1);
            }
        }

        public void Report(TrainingProgress value)
        {
            _seen.Add((value.Step, Stopwatch.GetTimestamp()));
            if (_seen.Count == 1)
            {
                // The second step is always made, so that there is a time to tell.
                stop.CancelAfter(budget > TimeSpan.Zero ? budget : TimeSpan.Zero);
            }
            else if (value.Step == 2 * WindowStart || stop.IsCancellationRequested)
            {
                throw new LastStepException();
            }
        }
    }

#pragma warning disable CA1064, CA1032 // Thrown and caught in this file alone, to leave a run.
    private sealed class LastStepException : Exception;
#pragma warning restore CA1064, CA1032
}
