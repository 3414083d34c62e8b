using System.Runtime.Intrinsics;
using FsCheck.Xunit;

namespace ToyModels.Tests.Models;

public sealed class ToyModelTests
{
    [Fact]
    public void Models_are_equal_when_form_sizes_and_bits_are()
    {
        ToyModel Make(ToyModelKind kind = ToyModelKind.ReluOutput, int hidden = 2, float last = 0, float bias = 0.5f) =>
            new(kind, hidden, [1, 2, 3, last], hidden == 2 ? [0, bias] : [0, bias, 0, 0]);

        Assert.Equal(Make(), Make());
        Assert.Equal(Make().GetHashCode(), Make().GetHashCode());
        Assert.All(
            [Make(ToyModelKind.Linear), Make(hidden: 1), Make(last: 1), Make(last: -0f), Make(bias: 0.25f)],
            other => Assert.NotEqual(Make(), other));
        Assert.False(Make().Equals(null));
    }

    [Fact]
    public void Weights_lie_feature_major_and_dimension_major()
    {
        var model = new ToyModel(ToyModelKind.Linear, 2, [1, 2, 3, 4, 5, 6], [7, 8, 9]);
        Assert.Equal((3, 2), (model.FeatureCount, model.HiddenCount));
        Assert.Equal([3, 4], model.Direction(1));
        Assert.Equal([1, 3, 5, 2, 4, 6], model.WeightsByDimension);
    }

    [Fact]
    public void Forward_passes_are_those_of_the_paper()
    {
        float[] weights = [1, 2, 3, 4, 5, 6], bias = [-1, 0.5f, -100];
        float[] hidden = new float[2], output = new float[3];
        var relu = new ToyModel(ToyModelKind.ReluOutput, 2, weights, bias);
        relu.Encode([1, 0, 2], hidden);
        Assert.Equal([11, 14], hidden);
        relu.Decode(hidden, output);
        Assert.Equal([38, 89.5f, 39], output);
        relu.Reconstruct([0.5f, 0, 0], output);
        Assert.Equal([1.5f, 6, 0], output);
        new ToyModel(ToyModelKind.Linear, 2, weights, bias).Reconstruct([0.5f, 0, 0], output);
        Assert.Equal([1.5f, 6, -91.5f], output);
    }

    [Property]
    public void A_sparse_row_gives_the_bits_of_the_dense_one(int seed)
    {
        var model = new ToyModel(ToyModelKind.ReluOutput, 7, InitialWeights.XavierNormal(40, 7, seed, 0), new float[40]);
        var row = new float[40];
        var random = new Random(seed);
        var indices = Enumerable.Range(0, 40).Where(_ => random.Next(5) == 0).ToArray();
        var values = indices.Select(_ => random.NextSingle()).ToArray();
        for (var e = 0; e < indices.Length; e++)
        {
            row[indices[e]] = values[e];
        }

        float[] dense = new float[7], sparse = new float[7];
        model.Encode(row, dense);
        model.Encode(indices, values, sparse);
        Assert.Equal(dense, sparse);
    }

    [Fact]
    public void The_trainers_forward_pass_has_the_bits_of_the_models()
    {
        // One row through the kernels: with a scale of one half and importance 1, the gradient of b is the model's own error wherever a ReLU is on.
        var weights = InitialWeights.XavierNormal(13, 4, 1, 0);
        var bias = Enumerable.Range(0, 13).Select(i => (i * 0.01f) - 0.05f).ToArray();
        var engine = new DenseGradient<Simd128, Vector128<float>, Vector128<int>>(
            ToyModelKind.ReluOutput, 13, 4, [.. Enumerable.Repeat(1f, 13)], batch: 1);
        var samples = new GeneratedSamples(new FeatureDistribution(13, 0.7f), seed: 1);
        engine.Begin(weights, bias);
        engine.Read(samples.OpenTraining(null, 0), 1);
        var row = new float[13 * 16];
        samples.OpenTraining(null, 0).Read(row, 1, 16);

        var output = new float[13];
        new ToyModel(ToyModelKind.ReluOutput, 4, weights, bias).Reconstruct([.. Enumerable.Range(0, 13).Select(i => row[i * 16])], output);
        var loss = 0.0;
        engine.Accumulate(0.5f, ref loss);
        engine.End();
        Assert.Equal(Enumerable.Range(0, 13).Select(i => output[i] > 0 ? output[i] - row[i * 16] : 0), engine.BiasGradient.ToArray());
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused_with_both_numbers()
    {
        var exception = Assert.Throws<ArgumentException>(() => new ToyModel(ToyModelKind.Linear, 2, [1, 2, 3], [1, 2]));
        Assert.Contains("weights has 3 elements, but must have 4", exception.Message);
        var model = new ToyModel(ToyModelKind.Linear, 1, [1, 2], [1, 2]);
        Assert.Throws<ArgumentException>(() => model.Encode([1], new float[1]));
        Assert.Throws<ArgumentException>(() => model.Decode([1], new float[1]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_that_are_not_finite_are_refused(float value)
    {
        Assert.Throws<ArgumentException>(() => new ToyModel(ToyModelKind.Linear, 1, [1, value], [1, 2]));
        Assert.Throws<ArgumentException>(() => new ToyModel(ToyModelKind.Linear, 1, [1, 2], [value, 2]));
    }

    [Fact]
    public void Every_size_gives_the_bits_of_the_written_out_chains_dense_and_sparse()
    {
        var random = new Random(5);
        foreach (var (n, m) in from n in Enumerable.Range(1, 70) from m in new[] { 1, 2, 7, 8, 9, 16, 20, 31, 32, 33, 44, 70 } select (n, m))
        {
            var model = new ToyModel(
                n % 2 == 0 ? ToyModelKind.Linear : ToyModelKind.ReluOutput, m, Draw(n * m, 1), Draw(n, 1));
            var x = Draw(n, n % 3 == 0 ? 1 : 0.4);
            var (indices, values) = (Enumerable.Range(0, n).Where(i => x[i] != 0).ToArray(), x.Where(v => v != 0).ToArray());
            var (dense, sparse, y) = (new float[m], new float[m], new float[n]);

            model.Encode(x, dense);
            model.Encode(indices, values, sparse);
            model.Decode(dense, y);

            for (var k = 0; k < m; k++)
            {
                Assert.Equal(Bits(indices.Aggregate(0f, (h, i) => MathF.FusedMultiplyAdd(x[i], model.Weights[(i * m) + k], h))), Bits(dense[k]));
                Assert.Equal(Bits(dense[k]), Bits(sparse[k]));
            }

            for (var j = 0; j < n; j++)
            {
                var o = Enumerable.Range(0, m).Aggregate(model.Bias[j], (o, k) => MathF.FusedMultiplyAdd(dense[k], model.WeightsByDimension[(k * n) + j], o));
                Assert.Equal(Bits(model.Kind == ToyModelKind.Linear || o > 0 ? o : 0), Bits(y[j]));
            }
        }

        float[] Draw(int count, double density) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() < density ? random.NextSingle() - 0.5f : 0)];

        static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    public void An_index_that_is_not_a_feature_s_is_refused(int m)
    {
        var model = new ToyModel(ToyModelKind.Linear, m, new float[4 * m], new float[4]);

        Assert.Throws<ArgumentOutOfRangeException>(() => model.Encode([0, 4, 1], [1, 1, 1], new float[m]));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Encode([-1], [1], new float[m]));
    }
}
