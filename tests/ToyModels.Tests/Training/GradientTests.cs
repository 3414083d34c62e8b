using System.Runtime.Intrinsics;
using FsCheck.Xunit;

namespace ToyModels.Tests.Training;

public sealed class GradientTests
{
    public static TheoryData<ToyModelKind, int, int, int, float> Shapes => new MatrixTheoryData(
        [ToyModelKind.Linear, ToyModelKind.ReluOutput],
        [(1, 1, 1), (2, 1, 16), (5, 2, 40), (7, 3, 33), (20, 5, 100), (13, 17, 31), (80, 20, 50)],
        [1f, 0.3f, 0.02f]);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_reference_gradient_agrees_with_finite_differences(ToyModelKind kind, int features, int hidden, int count, float density)
    {
        var problem = new Problem(kind, features, hidden, count, density);
        var engine = problem.Reference();
        problem.Accumulate(engine, 1);
        var weightGradient = engine.WeightGradient.ToArray();
        var biasGradient = engine.BiasGradient.ToArray();
        var largest = weightGradient.Concat(biasGradient).Max(MathF.Abs);
        var random = new Random(5);
        for (var check = 0; check < 20; check++)
        {
            var i = random.Next(weightGradient.Length);
            Assert.InRange(weightGradient[i] - problem.Slope(problem.Weights, i), -2e-3f * largest, 2e-3f * largest);
            var j = random.Next(biasGradient.Length);
            Assert.InRange(biasGradient[j] - problem.Slope(problem.Bias, j), -2e-3f * largest, 2e-3f * largest);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_fast_gradient_agrees_with_the_reference(ToyModelKind kind, int features, int hidden, int count, float density)
    {
        var problem = new Problem(kind, features, hidden, count, density);
        var (reference, fast) = (problem.Reference(), DenseGradient.Create(kind, features, hidden, problem.Importances));
        var expectedLoss = problem.Accumulate(reference, 0.5f);
        var loss = problem.Accumulate(fast, 0.5f);

        Assert.Equal(expectedLoss, loss, 2e-6 * Math.Max(1, expectedLoss));
        AssertClose(reference.WeightGradient, fast.WeightGradient);
        AssertClose(reference.BiasGradient, fast.BiasGradient);
        Assert.Equal(loss, problem.LossOf(fast));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_vector_width_gives_the_same_bits(ToyModelKind kind, int features, int hidden, int count, float density)
    {
        var problem = new Problem(kind, features, hidden, count, density);
        GradientEngine[] engines =
        [
            new DenseGradient<Simd128, Vector128<float>, Vector128<int>>(kind, features, hidden, problem.Importances),
            new DenseGradient<Simd256, Vector256<float>, Vector256<int>>(kind, features, hidden, problem.Importances),
            new DenseGradient<Simd512, Vector512<float>, Vector512<int>>(kind, features, hidden, problem.Importances),
        ];
        var losses = engines.Select(engine => problem.Accumulate(engine, 0.5f)).ToArray();
        foreach (var engine in engines)
        {
            Assert.Equal(engines[0].WeightGradient, engine.WeightGradient);
            Assert.Equal(engines[0].BiasGradient, engine.BiasGradient);
        }

        Assert.Single(losses.Distinct());
    }

    [Property(MaxTest = 60)]
    public void The_fast_gradient_agrees_with_the_reference_for_any_shape(byte features, byte hidden, byte count, bool isLinear) =>
        The_fast_gradient_agrees_with_the_reference(
            isLinear ? ToyModelKind.Linear : ToyModelKind.ReluOutput, (features % 40) + 1, (hidden % 20) + 1, (count % 90) + 1, 0.4f);

    [Fact]
    public void Chunks_add_up_to_the_batch()
    {
        var problem = new Problem(ToyModelKind.ReluOutput, 20, 5, 96, 0.3f);
        var whole = DenseGradient.Create(problem.Kind, 20, 5, problem.Importances);
        var parts = DenseGradient.Create(problem.Kind, 20, 5, problem.Importances);
        var expected = problem.Accumulate(whole, 1);
        parts.Begin(problem.Weights, problem.Bias);
        var loss = parts.Accumulate(problem.Samples, 48, problem.Stride, 1);
        loss += parts.Accumulate(problem.Samples.AsSpan(48), 48, problem.Stride, 1);

        Assert.Equal(expected, loss, 1e-4);
        AssertClose(whole.WeightGradient, parts.WeightGradient);
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        var largest = 1e-30f;
        foreach (var value in expected)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        for (var i = 0; i < expected.Length; i++)
        {
            Assert.InRange(actual[i] - expected[i], -1e-6f * largest, 1e-6f * largest);
        }
    }

    private sealed class MatrixTheoryData : TheoryData<ToyModelKind, int, int, int, float>
    {
        public MatrixTheoryData(ToyModelKind[] kinds, (int Features, int Hidden, int Count)[] shapes, float[] densities)
        {
            foreach (var kind in kinds)
            {
                foreach (var (features, hidden, count) in shapes)
                {
                    foreach (var density in densities)
                    {
                        Add(kind, features, hidden, count, density);
                    }
                }
            }
        }
    }

    /// <summary>A model away from any symmetry, and a batch for it.</summary>
    private sealed class Problem
    {
        internal Problem(ToyModelKind kind, int features, int hidden, int count, float density)
        {
            Kind = kind;
            Features = features;
            Hidden = hidden;
            Count = count;
            Stride = (count + 15) / 16 * 16;
            Importances = [.. Importance.Geometric(0.9f).Resolve(features)];
            Weights = InitialWeights.XavierNormal(features, hidden, seed: 4, restart: 0);
            var random = new Random(3);
            Bias = [.. Enumerable.Range(0, features).Select(_ => (random.NextSingle() / 2) - 0.3f)];
            Samples = new float[features * Stride];
            new GeneratedSamples(new FeatureDistribution(features, density), seed: 9).OpenTraining(null, 0).Read(Samples, count, Stride);
        }

        internal ToyModelKind Kind { get; }

        internal int Features { get; }

        internal int Hidden { get; }

        internal int Count { get; }

        internal int Stride { get; }

        internal float[] Importances { get; }

        internal float[] Weights { get; }

        internal float[] Bias { get; }

        internal float[] Samples { get; }

        internal ReferenceGradient Reference() => new(Kind, Features, Hidden, Importances);

        internal double Accumulate(GradientEngine engine, float scale)
        {
            engine.Begin(Weights, Bias);
            return engine.Accumulate(Samples, Count, Stride, scale);
        }

        internal double LossOf(GradientEngine engine)
        {
            engine.Begin(Weights, Bias);
            return engine.Loss(Samples, Count, Stride);
        }

        /// <summary>Central difference of the reference loss. The step is small against the distance of nearly every output from the ReLU's kink.</summary>
        internal double Slope(float[] parameters, int index)
        {
            var kept = parameters[index];
            float up = kept + 1e-4f, down = kept - 1e-4f;
            parameters[index] = up;
            var above = LossOf(Reference());
            parameters[index] = down;
            var below = LossOf(Reference());
            parameters[index] = kept;
            return (above - below) / ((double)up - down);
        }
    }
}
