using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace ToyModels.ML;

/// <summary>One sweep: workers take cells off one list, the dearest first, put finished ones into the folder and hand them over.</summary>
internal sealed class Sweeping
{
    // Lines that the log gets between start and end, whatever the number of cells.
    private const int Lines = 10;

    private readonly SweepOptions _options;
    private readonly ImmutableArray<SweepCell> _cells;
    private readonly SweepFolder? _folder;
    private readonly Action<SweepCell, ToyModelTransformer> _finished;
    private readonly IChannel _channel;
    private readonly IToyModelTrainer _trainer;
    private readonly Lock _lock = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private int _done;

    private Sweeping(SweepOptions options, ImmutableArray<SweepCell> cells, Action<SweepCell, ToyModelTransformer> finished, IChannel channel)
    {
        _options = options;
        _cells = cells;
        _finished = finished;
        _channel = channel;
        _trainer = options.Trainer ?? new ToyModelTrainer(threads: 1);
        _folder = options.Folder is { } path ? SweepFolder.Open(path, cells) : null;
    }

    internal static void Run(MLContext mlContext, SweepOptions options, ImmutableArray<SweepCell> cells, Action<SweepCell, ToyModelTransformer> finished)
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        using var channel = ((IHostEnvironment)mlContext).Register("ToyModel").Start("Sweep");
        new Sweeping(options, cells, finished, channel).Run();
    }

    private void Run()
    {
        var pending = _cells.Where(cell => !TakeUp(cell)).OrderByDescending(Cost).Chunk(_options.CellsPerCall).ToArray();
        _done = _cells.Length - pending.Sum(call => call.Length);
        var threads = _options.Threads ?? Environment.ProcessorCount;
        Info($"sweep of {_cells.Length} models, {_done} of them finished before; {threads} at the same time");
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = _options.CancellationToken };
        try
        {
            Parallel.ForEach(Partitioner.Create(pending, EnumerablePartitionerOptions.NoBuffering), parallel, Train);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        catch (OperationCanceledException)
        {
            Info($"sweep cancelled: {_done} of {_cells.Length} models are finished");
            throw;
        }

        Info($"sweep done: {_cells.Length} models, {Stopwatch.GetElapsedTime(_started).TotalSeconds:0.0} s");
    }

    private static OutputColumns Columns => new("Features", "Hidden", "Reconstruction", null);

    private static ImmutableArray<string> Names(int count) => [.. Enumerable.Range(0, count).Select(i => $"F{i}")];

    private static double Cost(SweepCell cell) => (double)cell.Distribution.Count * (cell.Model.Hidden + 2);

    /// <summary>Hands over a cell that the folder holds.</summary>
    /// <returns>Whether there is one.</returns>
    private bool TakeUp(SweepCell cell)
    {
        _options.CancellationToken.ThrowIfCancellationRequested();
        if (_folder?.Find(cell) is not { } result)
        {
            return false;
        }

        HandOver(cell, result);
        return true;
    }

    private void HandOver(SweepCell cell, TrainingResult result) => _finished(cell, new ToyModelTransformer(result, Columns, Names(result.Model.FeatureCount)));

    private void Train(SweepCell[] cells)
    {
        var instances = cells.Select(c => new TrainingInstance(c.Model, new GeneratedSamples(c.Distribution, c.Model.Seed!.Value, c.Rows))).ToArray();
        var results = Fitting.Train(_trainer, instances, null, _options.CancellationToken);
        for (var i = 0; i < cells.Length; i++)
        {
            if (results[i].Restarts.All(r => r.StopReason != StopReason.Cancelled))
            {
                Finish(cells[i], results[i]);
            }
        }

        _options.CancellationToken.ThrowIfCancellationRequested();
    }

    private void Finish(SweepCell cell, TrainingResult result)
    {
        _folder?.Add(cell, result);
        int done;
        lock (_lock)
        {
            HandOver(cell, result);
            done = ++_done;
            if (done * Lines / _cells.Length > (done - 1) * Lines / _cells.Length)
            {
                Info($"{done} of {_cells.Length} models; the last: cell {cell.Number}, evaluation loss {result.Best.EvaluationLoss}");
            }

            if (result.Best.StopReason == StopReason.Diverged)
            {
                Warning($"cell {cell.Number} diverged after step {result.Best.StepsDone} with learning rate {_options.Optimizer.LearningRate}. Try a lower one.");
            }
        }

        _options.Progress?.Report(new SweepProgress(cell, done, _cells.Length));
    }

    private void Info(FormattableString message) => _channel.Info(MessageSensitivity.None, "{0}", FormattableString.Invariant(message));

    private void Warning(FormattableString message) => _channel.Warning(MessageSensitivity.None, "{0}", FormattableString.Invariant(message));
}
