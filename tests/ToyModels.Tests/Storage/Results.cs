using System.Collections.Immutable;

namespace ToyModels.Tests;

/// <summary>Results as a trainer might give them, without a training.</summary>
internal static class Results
{
    internal static ToyModel Model(int n, int m, int seed, ToyModelKind kind = ToyModelKind.ReluOutput)
    {
        var random = new Random(seed);
        return new ToyModel(kind, m, Numbers(random, n * m), Numbers(random, n));
    }

    /// <summary>A result whose restarts have the given evaluation losses.</summary>
    internal static TrainingResult Result(int n, int m, int seed, ToyModelKind kind = ToyModelKind.ReluOutput, params float[] losses) => new(
        new ToyModelOptions { Kind = kind, Hidden = m, Seed = seed, Restarts = losses.Length, Importance = Importance.Geometric(0.7f) },
        Importance.Geometric(0.7f).Resolve(n),
        [.. Enumerable.Range(0, n).Select(i => 0.1f * ((i % 10) + 1))],
        [.. losses.Select((loss, r) => new RestartResult(
            r, Model(n, m, seed + r, kind), loss, 51, float.IsFinite(loss) ? StopReason.Completed : StopReason.Diverged, History(seed + r)))]);

    internal static void Same(RestartResult expected, RestartResult actual, bool history)
    {
        Assert.Equal(
            (expected.Restart, expected.EvaluationLoss, expected.StepsDone, expected.StopReason, expected.Model.Kind, expected.Model.HiddenCount),
            (actual.Restart, actual.EvaluationLoss, actual.StepsDone, actual.StopReason, actual.Model.Kind, actual.Model.HiddenCount));
        Assert.Equal(Bits(expected.Model.Weights), Bits(actual.Model.Weights));
        Assert.Equal(Bits(expected.Model.Bias), Bits(actual.Model.Bias));
        Assert.Equal(history ? expected.LossHistory.ToArray() : [], actual.LossHistory.ToArray());
    }

    internal static int[] Bits(ReadOnlySpan<float> values) => [.. values.ToArray().Select(BitConverter.SingleToInt32Bits)];

    private static ImmutableArray<LossPoint> History(int seed) => [new(1, 0.1f + seed), new(50, 1e-10f), new(51, float.PositiveInfinity)];

    /// <summary>Finite numbers of every size, −0 and denormals among them.</summary>
    private static float[] Numbers(Random random, int count)
    {
        float[] special = [-0f, float.Epsilon, -1.1754942E-38f, float.MaxValue, 0.1f];
        return [.. Enumerable.Range(0, count).Select(i => random.Next(3) == 0 ? special[random.Next(special.Length)] : (random.NextSingle() * 2) - 1)];
    }
}
