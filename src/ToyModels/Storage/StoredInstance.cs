using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ToyModels;

/// <summary>What a weights file tells of an instance beside its numbers: one object of the JSON array <c>options</c>.</summary>
internal sealed record StoredInstance
{
    public required ToyModelOptions Options { get; init; }

    public required ImmutableArray<float> Importances { get; init; }

    public required ImmutableArray<float> Densities { get; init; }

    /// <summary>Those that the file holds, in ascending order; the first of lowest evaluation loss is the best.</summary>
    public required ImmutableArray<StoredRestart> Restarts { get; init; }

    internal static StoredInstance Of(TrainingResult result, bool history) => new()
    {
        Options = result.Options,
        Importances = result.Importances,
        Densities = result.Densities,
        Restarts = [.. (history ? result.Restarts : [result.Best]).Select(r => StoredRestart.Of(r, history))],
    };

    /// <summary>The result, its models taken in turn from the tensors.</summary>
    /// <param name="where">Its place in the file, for messages.</param>
    /// <param name="best">Models of best restarts.</param>
    /// <param name="others">Models of the other restarts.</param>
    /// <param name="snapshots">Models of all snapshots.</param>
    /// <exception cref="InvalidDataException">The object contradicts itself or the tensors.</exception>
    internal TrainingResult ToResult(string where, WeightsFile.ModelReader best, WeightsFile.ModelReader others, WeightsFile.ModelReader snapshots)
    {
        Require(Options.Hidden == best.Hidden, $"{where} has hidden {Options.Hidden}, but its tensors have m = {best.Hidden}.");
        Require(Options.Seed is not null, $"{where} has no seed; a result tells the seed that was used.");
        RequireNumbers(where, "importances", Importances, best.Features, float.MaxValue);
        RequireNumbers(where, "densities", Densities, best.Features, 1);
        Require(!Restarts.IsDefaultOrEmpty && !Restarts.Contains(null!), $"{where} has no restart, or one that is null.");
        for (var i = 0; i < Restarts.Length; i++)
        {
            Restarts[i].Validate($"{where}.restarts[{i}]", i == 0 ? -1 : Restarts[i - 1].Restart);
        }

        var winner = Restarts.MinBy(r => r.EvaluationLoss);
        try
        {
            Options.Validate();
            return new TrainingResult(Options, Importances, Densities, [.. Restarts.Select(r => r.ToResult(Options.Kind, r == winner ? best : others, snapshots))]);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{where}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static void RequireNumbers(string where, string name, ImmutableArray<float> values, int count, float highest)
    {
        Require(!values.IsDefault && values.Length == count, $"{where}.{name} must have {count} numbers, one for each feature.");
        for (var i = 0; i < count; i++)
        {
            Require(values[i] >= 0 && values[i] <= highest, FormattableString.Invariant($"{where}.{name}[{i}] is {values[i]}; it must lie in [0, {highest}]."));
        }
    }

    internal static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new InvalidDataException(message);
        }
    }

    /// <summary>One restart; a diverged one has the evaluation loss "Infinity".</summary>
    internal sealed record StoredRestart
    {
        public required int Restart { get; init; }

        [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
        public required float EvaluationLoss { get; init; }

        public required int StepsDone { get; init; }

        public required StopReason StopReason { get; init; }

        /// <summary>The steps of the loss history; null where the file holds none.</summary>
        public int[]? LossSteps { get; init; }

        /// <summary>The losses at those steps.</summary>
        [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
        public float[]? Losses { get; init; }

        /// <summary>The steps of the snapshots that the file holds; null for none.</summary>
        public int[]? SnapshotSteps { get; init; }

        internal static StoredRestart Of(RestartResult restart, bool history) => new()
        {
            Restart = restart.Restart,
            EvaluationLoss = restart.EvaluationLoss,
            StepsDone = restart.StepsDone,
            StopReason = restart.StopReason,
            LossSteps = history ? [.. restart.LossHistory.Select(p => p.Step)] : null,
            Losses = history ? [.. restart.LossHistory.Select(p => p.Loss)] : null,
            SnapshotSteps = history && restart.Snapshots.Length > 0 ? [.. restart.Snapshots.Select(s => s.Step)] : null,
        };

        internal void Validate(string where, int previous)
        {
            Require(Restart > previous, $"{where} has number {Restart}; restarts must ascend from 0.");
            Require(!float.IsNaN(EvaluationLoss), $"{where} has evaluation loss NaN; a diverged training has Infinity.");
            Require(StepsDone >= 0, $"{where} has stepsDone {StepsDone}; it must be at least 0.");
            Require(LossSteps?.Length == Losses?.Length, $"{where} has lossSteps and losses of different lengths.");
            for (var i = 0; i < SnapshotSteps?.Length; i++)
            {
                Require(SnapshotSteps[i] > (i == 0 ? -1 : SnapshotSteps[i - 1]), $"{where}.snapshotSteps[{i}] is {SnapshotSteps[i]}; snapshots must ascend from step 0.");
            }
        }

        internal RestartResult ToResult(ToyModelKind kind, WeightsFile.ModelReader models, WeightsFile.ModelReader snapshots) => new(
            Restart, models.Next(kind), EvaluationLoss, StepsDone, StopReason, [.. (LossSteps ?? []).Zip(Losses ?? [], (step, loss) => new LossPoint(step, loss))])
        {
            Snapshots = [.. (SnapshotSteps ?? []).Select(step => new ModelSnapshot(step, snapshots.Next(kind)))],
        };
    }
}
