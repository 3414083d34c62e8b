using FsCheck.Xunit;

namespace ToyModels.Tests.Training;

public sealed unsafe class OutputScreenTests
{
    [Property(MaxTest = 200)]
    public void No_output_above_zero_is_held_back(int seed, byte features, byte hidden, byte present, byte size, byte move)
    {
        var random = new Random(seed);
        var n = 1 + (features % 150);
        var m = 1 + (hidden % 40);
        var scale = MathF.Pow(10, (size % 13) - 6);
        var taken = Weights(random, n, m, scale);
        var step = MathF.Pow(10, -(move % 7)) * scale;
        float[] weights = [.. taken.Select(weight => weight + (step * Normal(random)))];
        float[] bias = [.. Enumerable.Range(0, n).Select(_ => scale * scale * Normal(random) / 3)];
        var screen = new Screen(n, m);
        screen.TakeGram(taken, bias);
        var row = Row(random, n, 1 + (present % Math.Min(n, 30)), MathF.Pow(10, random.Next(-3, 4)));
        var passes = screen.Look(weights, bias, row);
        Assert.All(Outputs(n, m, weights, bias, row).Index().Where(output => output.Item > 0), output => Assert.True(passes[output.Index]));
    }

    [Theory]
    [InlineData(0f, 0.004)]
    [InlineData(1e-4f, 0.008)]
    [InlineData(1e-3f, 0.04)]
    public void Outputs_that_are_well_below_zero_are_held_back(float step, double distance)
    {
        var random = new Random(1);
        const int n = 130, m = 30;
        var taken = Weights(random, n, m, 1);
        float[] weights = [.. taken.Select(weight => weight + (step * Normal(random)))];
        float[] bias = [.. Enumerable.Range(0, n).Select(_ => -0.2f)];
        var screen = new Screen(n, m);
        screen.TakeGram(taken, bias);
        var passed = 0;
        for (var repetition = 0; repetition < 100; repetition++)
        {
            var row = Row(random, n, 1 + (repetition % 5), 1);
            var passes = screen.Look(weights, bias, row);
            foreach (var (j, output) in Outputs(n, m, weights, bias, row).Index())
            {
                passed += passes[j] ? 1 : 0;
                Assert.True(output > -distance * row.Sum(x => Math.Abs(x.Value) + 0.5) || !passes[j]);
            }
        }

        Assert.InRange(passed, 500, 6000);
    }

    [Theory]
    [InlineData(float.NaN, 0f)]
    [InlineData(float.PositiveInfinity, 0f)]
    [InlineData(1e20f, 0f)]
    [InlineData(0f, float.NaN)]
    [InlineData(0f, float.PositiveInfinity)]
    [InlineData(0f, 1e31f)]
    public void Where_numbers_leave_all_bounds_every_output_passes(float weight, float bias)
    {
        var weights = Weights(new Random(2), 40, 5, 1);
        var biases = new float[40];
        var after = ((float[])[.. weights], (float[])[.. biases]);
        after.Item1[17] += weight;
        after.Item2[33] += bias;
        (int, float)[] row = [(3, 0.5f), (17, 0.1f)];

        // Both as what G is taken of, and as what has become of it.
        var screen = new Screen(40, 5);
        screen.TakeGram(after.Item1, after.Item2);
        Assert.All(screen.Look(after.Item1, after.Item2, row), Assert.True);
        screen.TakeGram(weights, biases);
        Assert.Contains(false, screen.Look(weights, biases, row));
        Assert.All(screen.Look(after.Item1, after.Item2, row), Assert.True);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_output_that_lives_only_since_one_row_of_weights_has_moved_is_seen(int moved)
    {
        // Two features; the one that is present had no weights, or the other one had none.
        float[] taken = [0, 0, 0, 0, 0, 0];
        var other = 1 - moved;
        taken[(other * 3) + 1] = 1;
        float[] weights = [.. taken];
        weights[(moved * 3) + 1] = 0.3f;
        float[] bias = [-1, -0.2f];
        var screen = new Screen(2, 3);
        screen.TakeGram(taken, bias);
        Assert.False(screen.Look(taken, bias, [(0, 1f)])[1]);
        Assert.True(screen.Look(weights, bias, [(0, 1f)])[1]);
    }

    [Fact]
    public void A_bias_that_has_grown_beyond_what_was_taken_is_seen()
    {
        var weights = Weights(new Random(2), 40, 5, 1);
        float[] bias = [.. Enumerable.Repeat(-0.1f, 40)];
        var screen = new Screen(40, 5);
        screen.TakeGram(weights, bias);
        bias[21] = 1e6f;
        bias[22] = -1e6f;
        Assert.True(screen.Look(weights, bias, [(4, 0.01f)])[21]);
    }

    private static float[] Weights(Random random, int n, int m, float scale) =>
        [.. Enumerable.Range(0, n * m).Select(_ => scale * Normal(random) / MathF.Sqrt(m))];

    private static float Normal(Random random) =>
        MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());

    private static (int Feature, float Value)[] Row(Random random, int n, int present, float size) =>
        [.. Enumerable.Range(0, n).OrderBy(_ => random.Next()).Take(present).Order().Select(i => (i, size * ((2 * random.NextSingle()) - 0.5f)))];

    private static IEnumerable<double> Outputs(int n, int m, float[] weights, float[] bias, (int Feature, float Value)[] row)
    {
        var h = Enumerable.Range(0, m).Select(k => row.Sum(x => (double)x.Value * weights[(x.Feature * m) + k])).ToArray();
        return Enumerable.Range(0, n).Select(j => bias[j] + Enumerable.Range(0, m).Sum(k => h[k] * weights[(j * m) + k]));
    }

    /// <summary>A screen on either width of vectors, and the Gram matrix as it wants it.</summary>
    private sealed class Screen(int n, int m)
    {
        private readonly OutputScreen _narrow = new(n, m, isWide: false);
        private readonly OutputScreen _wide = new(n, m, isWide: true);

        internal void TakeGram(float[] weights, float[] bias)
        {
            TakeGram(_narrow, weights, bias);
            TakeGram(_wide, weights, bias);
        }

        internal bool[] Look(float[] weights, float[] bias, (int Feature, float Value)[] row)
        {
            var dead = Look(_narrow, weights, bias, row);
            Assert.Equal(dead, Look(_wide, weights, bias, row));
            return [.. Enumerable.Range(0, n).Select(j => (dead[j / 64] >> (j % 64) & 1) == 0)];
        }

        private void TakeGram(OutputScreen screen, float[] weights, float[] bias)
        {
            screen.Begin(weights, bias);
            for (var j = 0; j < n; j += Lanes.Count)
            {
                var gram = new float[(n - j) * Lanes.Count];
                for (var i = j; i < n; i++)
                {
                    for (var column = j; column < Math.Min(n, j + Lanes.Count); column++)
                    {
                        gram[((i - j) * Lanes.Count) + (column - j)] = Enumerable.Range(0, m).Sum(k => weights[(i * m) + k] * weights[(column * m) + k]);
                    }
                }

                fixed (float* numbers = gram)
                {
                    screen.TakeGram(j, weights.AsSpan(j * m), numbers);
                }
            }
        }

        private ulong[] Look(OutputScreen screen, float[] weights, float[] bias, (int Feature, float Value)[] row)
        {
            for (var j = 0; j < n; j += Lanes.Count)
            {
                fixed (float* first = &bias[j])
                {
                    screen.Take(j, weights.AsSpan(j * m), first);
                }
            }

            screen.Ready();

            // Twice the same row: the second begins where the first ends.
            int[] offsets = [.. row.Concat(row).Select(x => x.Feature * Lanes.Count)];
            float[] values = [.. row.Concat(row).Select(x => x.Value)];
            var screened = new OutputScreen.Screened[2 * (row.Length + 1)];
            var dead = new ulong[2 * screen.Words];
            fixed (int* firstOffset = offsets)
            fixed (float* firstValue = values)
            fixed (OutputScreen.Screened* entries = screened)
            fixed (ulong* words = dead)
            {
                var margins = stackalloc short[2];
                screen.List(firstOffset, firstValue, new(offsets, values, 0, 2, row.Length, 0, RowStep: row.Length, Step: 1), 2, entries, margins);
                screen.Look(entries, margins, row.Length, 2, words);
            }

            Assert.Equal(dead[..screen.Words], dead[screen.Words..]);
            return dead[..screen.Words];
        }
    }
}
