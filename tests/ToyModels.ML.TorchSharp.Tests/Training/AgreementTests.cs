using static TorchSharp.torch;

namespace ToyModels.ML.Tests;

/// <summary>Torch's own gradients and the library's hand-derived ones, torch's arithmetic and the library's: the same models.</summary>
public class AgreementTests
{
    private const float Tolerance = 1e-5f;

    public static TheoryData<ToyModelKind, LossReduction, string> Cases
    {
        get
        {
            var cases = new TheoryData<ToyModelKind, LossReduction, string>();
            foreach (var kind in Enum.GetValues<ToyModelKind>())
            {
                foreach (var reduction in Enum.GetValues<LossReduction>())
                {
                    foreach (var optimizer in Optimizers.Keys)
                    {
                        cases.Add(kind, reduction, optimizer);
                    }
                }
            }

            return cases;
        }
    }

    private static Dictionary<string, OptimizerOptions> Optimizers { get; } = new()
    {
        ["Adam"] = OptimizerOptions.Adam,
        ["AdamW"] = OptimizerOptions.AdamW,
        ["other constants"] = new() { WeightDecay = 0.1f, Beta1 = 0.8f, Beta2 = 0.95f, Epsilon = 1e-6f },
    };

    [TorchTheory]
    [MemberData(nameof(Cases))]
    public void One_step_from_the_same_weights_on_the_same_batch_agrees(ToyModelKind kind, LossReduction reduction, string optimizer)
    {
        // A step of Adam's has the gradient's sign and hardly its size: a large ε makes it tell the size too, and a step of length one drowns the
        // rounding of the weights, so that what is compared then is the gradient.
        var rule = Optimizers[optimizer];
        foreach (var (n, m) in new[] { (5, 2), (20, 5), (40, 12) })
        {
            foreach (var used in new[] { rule, rule with { LearningRate = 1, Epsilon = 1 } })
            {
                var options = new ToyModelOptions
                {
                    Kind = kind,
                    Hidden = m,
                    Reduction = reduction,
                    Steps = 1,
                    Seed = 3,
                    BatchSize = 256,
                    Importance = Importance.Geometric(0.9f),
                    Optimizer = used,
                };
                AssertAgree(options, n, density: 0.3f, compareMoves: used.Epsilon == 1);
            }
        }
    }

    [TorchTheory]
    [InlineData("Adam")]
    [InlineData("AdamW")]
    [InlineData("other constants")]
    public void The_step_rule_is_the_library_s(string optimizer)
    {
        const int Count = 32;
        var options = Optimizers[optimizer] with { LearningRate = 0.5f };
        var (own, random) = (Engines.CreateOptimizer(options, Count), new Random(1));
        var (expected, buffer) = (new PinnedBuffer(Count), new PinnedBuffer(Count));
        using var scope = NewDisposeScope();
        using var parameter = zeros(Count);
        var rule = new TensorAdamW(options, [parameter]);
        for (var step = 0; step < 20; step++)
        {
            float[] gradient = [.. Enumerable.Range(0, Count).Select(_ => random.NextSingle() - 0.5f)];
            gradient.CopyTo(buffer.Span);
            own.Step(expected, buffer, scale: 1);
            rule.Step([tensor(gradient)]);
            AssertClose(expected.Span.ToArray(), parameter.data<float>().ToArray());
        }
    }

    [TorchFact]
    public void Several_steps_agree_too() =>
        AssertAgree(new ToyModelOptions { Hidden = 4, Steps = 5, Seed = 1, BatchSize = 100 }, features: 12, density: 0.3f);

    [TorchTheory]
    [InlineData(0.05f, 2)]
    [InlineData(0.5f, 1)]
    public void A_full_training_ends_at_the_same_loss(float density, int hidden)
    {
        var options = new ToyModelOptions { Hidden = hidden, Steps = 3000, Seed = 2, BatchSize = 256 };
        var instance = new TrainingInstance(options, new GeneratedSamples(new FeatureDistribution(5, density), seed: 2));

        var (torch, own) = (new TorchSharpTrainer("cpu").Train([instance])[0], new ToyModelTrainer().Train([instance])[0]);

        // The same rows in the same order from the same weights: what is left is how rounding grows.
        Assert.InRange(torch.Best.EvaluationLoss, own.Best.EvaluationLoss * 0.98f, own.Best.EvaluationLoss * 1.02f);
        Assert.Equal(own.Best.LossHistory.Select(p => p.Step), torch.Best.LossHistory.Select(p => p.Step));
        Assert.True(torch.Best.LossHistory[^1].Loss < torch.Best.LossHistory[0].Loss / 2 || density > 0.1f);
    }

    private static void AssertAgree(ToyModelOptions options, int features, float density, bool compareMoves = false)
    {
        var samples = new GeneratedSamples(new FeatureDistribution(features, density), seed: 7);
        var torch = new TorchSharpTrainer("cpu").Train([new(options, samples)])[0];
        var own = new ToyModelTrainer().Train([new(options, samples)])[0];
        var initial = InitialWeights.XavierNormal(features, options.Hidden, options.Seed!.Value, restart: 0);
        AssertClose(own.Model.Weights, torch.Model.Weights);
        if (compareMoves)
        {
            AssertClose(Moves(own.Model), Moves(torch.Model));
        }

        AssertClose(own.Model.Bias, torch.Model.Bias);
        AssertClose([own.Best.EvaluationLoss], [torch.Best.EvaluationLoss]);
        AssertClose([.. own.Best.LossHistory.Select(p => p.Loss)], [.. torch.Best.LossHistory.Select(p => p.Loss)]);
        Assert.Equal([.. own.Densities], torch.Densities.ToArray());
        Assert.Equal([.. own.Importances], torch.Importances.ToArray());

        float[] Moves(ToyModel model) => [.. initial.Zip(model.Weights.ToArray(), (from, to) => to - from)];
    }

    /// <summary>Within 1e-5 of the largest number.</summary>
    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var scale = 0f;
        foreach (var value in expected)
        {
            scale = Math.Max(scale, Math.Abs(value));
        }

        for (var i = 0; i < expected.Length; i++)
        {
            Assert.InRange(actual[i], expected[i] - (Tolerance * scale), expected[i] + (Tolerance * scale));
        }
    }
}
