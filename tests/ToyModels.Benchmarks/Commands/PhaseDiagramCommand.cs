using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML;
using ToyModels.ML;

namespace ToyModels.Benchmarks;

/// <summary>phase-diagram: a whole sweep, as a user would run it.</summary>
internal sealed class PhaseDiagramCommand : Command
{
    private const float LeastDensity = 0.01f;
    private const float LargestRelativeImportance = 10;

    /// <summary>A feature is represented where its weight is above this in size.</summary>
    private const float Represented = 0.5f;

    public PhaseDiagramCommand()
        : base(
            "phase-diagram",
            "Time the phase diagram of two features in one dimension (Elhage et al. 2022): density from 1 to 0.01 by relative importance of the second feature from 0.1 to 10.")
    {
        var cells = CommandOptions.Positive("--cells", "Cells a side; the diagram has the square of it.", 100);
        var restarts = CommandOptions.Positive("--restarts", "Trainings a cell, the best of which counts.", 10);
        var steps = CommandOptions.Positive("--steps", "Steps of each training, of 1024 samples each.", ToyModelOptions.DefaultSteps);
        var folder = new Option<string?>("--folder") { Description = "Keeps finished cells here, and takes up those that it holds; none unless given." };
        var limit = CommandOptions.Checked("--seconds", "Stops after so many seconds and tells how long the whole would take.", double.PositiveInfinity, s => s > 0);
        var (threads, json) = (CommandOptions.Threads(), CommandOptions.Json());
        foreach (var option in (Option[])[cells, restarts, steps, threads, folder, limit, json])
        {
            Add(option);
        }

        SetAction(parsed =>
        {
            var options = Diagram(parsed.GetValue(cells)) with
            {
                Restarts = parsed.GetValue(restarts),
                Steps = parsed.GetValue(steps),
                Threads = parsed.GetValue(threads),
                Folder = parsed.GetValue(folder),
            };
            var report = new Run(options, parsed.GetValue(limit)).Measure();
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(report, Report.Json) : report.ToString());
            return report.CellsDone == report.Cells ? 0 : 1;
        });
    }

    private static SweepOptions Diagram(int side) => new()
    {
        Sizes = [new SweepSize(Features: 2, Hidden: 1)],
        Densities = [.. Between(1, LeastDensity, side)],
        Importances = [.. Between(1 / LargestRelativeImportance, LargestRelativeImportance, side).Select(second => Importance.Given(1, second))],
    };

    /// <summary>At equal ratios, both ends included; for a single one, the middle.</summary>
    private static IEnumerable<float> Between(float first, float last, int count) =>
        Enumerable.Range(0, count).Select(i => (float)(first * Math.Pow(last / first, count == 1 ? 0.5 : (double)i / (count - 1))));

    /// <summary>What is told at the end.</summary>
    private sealed record Report
    {
        public static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

        public required int Cells { get; init; }

        public required int CellsDone { get; init; }

        /// <summary>Those that the folder held.</summary>
        public required int CellsTakenUp { get; init; }

        public required int Threads { get; init; }

        public required double Seconds { get; init; }

        /// <summary>What all cells take at the pace of those that were trained.</summary>
        public required double? SecondsForAll { get; init; }

        public required double SamplesPerSecond { get; init; }

        public required double PeakMegabytes { get; init; }

        public required double? ForeignLoad { get; init; }

        /// <summary>Cells whose model represents neither feature, the first alone, the second alone, both.</summary>
        public required int[] Phases { get; init; }

        public override string ToString() =>
            $"""
            {CellsDone} of {Cells} cells, {CellsTakenUp} of them from the folder; {Threads} at the same time
            {Seconds,12:F1} s, {SecondsForAll:F1} s for all cells at this pace
            {SamplesPerSecond / 1e6,12:F1} million samples/s
            {PeakMegabytes,12:F1} MB of memory at most
            {ForeignLoad,12:P1} of the machine used by others
            {string.Join(", ", new[] { "neither", "the first alone", "the second alone", "both" }.Zip(Phases, (name, count) => $"{name} {count}"))}
            """;
    }

    /// <summary>One sweep, its progress told on the error stream about once a second.</summary>
    private sealed class Run(SweepOptions options, double limit) : IProgress<SweepProgress>
    {
        private static readonly TimeSpan _between = TimeSpan.FromSeconds(1);
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly Lock _lock = new();
        private readonly int[] _phases = new int[4];
        private readonly double _samplesPerCell = (double)options.Restarts * options.Steps * options.BatchSize;
        private long _told;
        private int _trained;
        private int _handed;

        public Report Measure()
        {
            var load = new MachineLoad();
            using var stop = new CancellationTokenSource();
            if (double.IsFinite(limit))
            {
                stop.CancelAfter(TimeSpan.FromSeconds(limit));
            }

            try
            {
                new MLContext().ToyModels().Sweep(options with { Progress = this, CancellationToken = stop.Token }, Take);
            }
            catch (OperationCanceledException)
            {
                Console.Error.WriteLine("stopped: the time is over");
            }

            var seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
            var cells = options.Cells().Length;
            using var process = Process.GetCurrentProcess();
            return new Report
            {
                Cells = cells,
                CellsDone = _handed,
                CellsTakenUp = _handed - _trained,
                Threads = options.Threads!.Value,
                Seconds = seconds,
                SecondsForAll = _trained > 0 ? cells * seconds / _trained : null,
                SamplesPerSecond = _trained * _samplesPerCell / seconds,
                PeakMegabytes = process.PeakWorkingSet64 / 1e6,
                ForeignLoad = load.Foreign,
                Phases = _phases,
            };
        }

        public void Report(SweepProgress value)
        {
            lock (_lock)
            {
                _trained++;
                var now = Stopwatch.GetTimestamp();
                if (Stopwatch.GetElapsedTime(_told, now) < _between && value.CellsDone < value.CellsTotal)
                {
                    return;
                }

                _told = now;
                var seconds = Stopwatch.GetElapsedTime(_start, now).TotalSeconds;
                var left = (value.CellsTotal - value.CellsDone) * seconds / _trained;
                Console.Error.WriteLine(
                    $"{value.CellsDone} of {value.CellsTotal} cells, {seconds:F0} s, {_trained * _samplesPerCell / seconds / 1e6:F1} million samples/s, {left:F0} s left");
            }
        }

        private void Take(SweepCell cell, ToyModelTransformer model)
        {
            _handed++;
            _phases[(IsRepresented(0) ? 1 : 0) + (IsRepresented(1) ? 2 : 0)]++;

            bool IsRepresented(int feature) => Math.Abs(model.Model.Weights[feature]) > Represented;
        }
    }
}
