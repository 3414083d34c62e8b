using System.Runtime.Intrinsics;
using FsCheck.Xunit;

namespace ToyModels.Tests.Training;

public sealed class GradientTests
{
    public static TheoryData<ToyModelKind, int, int, int, float> Shapes => new MatrixTheoryData(
        [ToyModelKind.Linear, ToyModelKind.ReluOutput],
        [(1, 1, 1), (2, 1, 16), (3, 3, 17), (4, 1, 50), (5, 2, 40), (6, 3, 35), (7, 3, 33), (20, 5, 100), (13, 17, 31), (80, 20, 50)],
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
        AssertAgreement(problem);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_vector_width_gives_the_same_bits(ToyModelKind kind, int features, int hidden, int count, float density)
    {
        var problem = new Problem(kind, features, hidden, count, density);
        foreach (var (narrow, middle, wide) in problem.FastEngines<Simd128, Vector128<float>, Vector128<int>>().Zip(
            problem.FastEngines<Simd256, Vector256<float>, Vector256<int>>(),
            problem.FastEngines<Simd512, Vector512<float>, Vector512<int>>()))
        {
            var loss = problem.Accumulate(narrow, 0.5f);
            foreach (var other in (GradientEngine[])[middle, wide])
            {
                Assert.Equal(loss, problem.Accumulate(other, 0.5f));
                Assert.Equal(narrow.WeightGradient, other.WeightGradient);
                Assert.Equal(narrow.BiasGradient, other.BiasGradient);
            }
        }
    }

    [Theory]
    [InlineData(ToyModelKind.Linear, 300, 5, 40, 0.3f, false)]
    [InlineData(ToyModelKind.ReluOutput, 600, 3, 300, 0.1f, false)]
    [InlineData(ToyModelKind.ReluOutput, 1100, 250, 20, 0.1f, false)]
    [InlineData(ToyModelKind.Linear, 300, 5, 40, 0.3f, true)]
    [InlineData(ToyModelKind.ReluOutput, 410, 30, 700, 0.1f, true)]
    [InlineData(ToyModelKind.Linear, 230, 7, 600, 0.2f, true)]
    [InlineData(ToyModelKind.ReluOutput, 1100, 250, 20, 0.1f, true)]
    public void Long_chains_and_many_weights_agree_with_the_reference_on_any_width_and_number_of_threads(
        ToyModelKind kind, int features, int hidden, int count, float density, bool listsInputs)
    {
        var problem = new Problem(kind, features, hidden, count, density);
        var reference = problem.Reference();
        var expectedLoss = problem.Accumulate(reference, 0.5f);
        using var one = new DenseGradient<Simd256, Vector256<float>, Vector256<int>>(
            kind, features, hidden, problem.Importances, count, listsInputs: listsInputs);
        Assert.Equal(expectedLoss, problem.Accumulate(one, 0.5f), 2e-6 * expectedLoss);
        AssertClose(reference.WeightGradient, one.WeightGradient);
        AssertClose(reference.BiasGradient, one.BiasGradient);
        using var team = new DenseGradient<Simd128, Vector128<float>, Vector128<int>>(
            kind, features, hidden, problem.Importances, count, threads: 3, listsInputs);
        Assert.Equal(problem.Accumulate(one, 0.5f), problem.Accumulate(team, 0.5f));
        Assert.Equal(one.WeightGradient, team.WeightGradient);
        Assert.Equal(one.BiasGradient, team.BiasGradient);
    }

    [Fact]
    public void Rows_of_a_longer_chunk_before_are_not_met_again()
    {
        const int features = 200, hidden = 9, batch = 256;
        var source = new GeneratedSamples(new FeatureDistribution(features, 0.3f), seed: 3);
        var problem = new Problem(ToyModelKind.ReluOutput, features, hidden, batch, 0.3f);
        foreach (var create in (Func<GradientEngine>[])[
            () => new DenseGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, features, hidden, problem.Importances, batch, threads: 2),
            () => new DenseGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, features, hidden, problem.Importances, batch, listsInputs: true),
            () => new LargeGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, features, hidden, problem.Importances, batch, threads: 2)])
        {
            // Whole blocks of 128 rows are left to the engine to be drawn: the second chunk is one block where the first was two.
            using SampleReader reader = source.OpenTraining(null, 0), again = source.OpenTraining(null, 0);
            using GradientEngine used = create(), fresh = create();
            Accumulate(used, reader, 256);
            again.Read(new float[features * 256], 256, 256);
            Assert.Equal(Accumulate(fresh, again, 128), Accumulate(used, reader, 128));
            Assert.Equal(fresh.WeightGradient, used.WeightGradient);
            Assert.Equal(fresh.BiasGradient, used.BiasGradient);
        }

        double Accumulate(GradientEngine engine, SampleReader reader, int rows)
        {
            var loss = 0.0;
            engine.Begin(problem.Weights, problem.Bias);
            Assert.Equal(rows, engine.Read(reader, rows));
            engine.Accumulate(0.5f, ref loss);
            engine.End();
            return loss;
        }
    }

    [Theory]
    [InlineData(ToyModelKind.ReluOutput, 1003, 301, 300, 0.1f)]
    [InlineData(ToyModelKind.ReluOutput, 400, 700, 77, 1f)]
    [InlineData(ToyModelKind.Linear, 600, 513, 70, 0.3f)]
    public void Products_with_non_zeros_alone_have_the_bits_of_whole_ones_on_any_width_and_number_of_threads(
        ToyModelKind kind, int features, int hidden, int count, float density)
    {
        var problem = new Problem(kind, features, hidden, count, density);
        using var whole = new DenseGradient<Simd256, Vector256<float>, Vector256<int>>(kind, features, hidden, problem.Importances, count);
        var loss = problem.Accumulate(whole, 0.5f);
        foreach (var engine in (GradientEngine[])[
            new LargeGradient<Simd128, Vector128<float>, Vector128<int>>(kind, features, hidden, problem.Importances, count),
            new LargeGradient<Simd256, Vector256<float>, Vector256<int>>(kind, features, hidden, problem.Importances, count, threads: 2),
            new LargeGradient<Simd512, Vector512<float>, Vector512<int>>(kind, features, hidden, problem.Importances, count, threads: 7)])
        {
            using (engine)
            {
                // Twice: nothing is left of a batch in the next.
                for (var batch = 0; batch < 2; batch++)
                {
                    Assert.Equal(loss, problem.Accumulate(engine, 0.5f));
                    Assert.Equal(whole.WeightGradient, engine.WeightGradient);
                    Assert.Equal(whole.BiasGradient, engine.BiasGradient);
                }
            }
        }
    }

    [Theory]
    [InlineData(30, 70)]
    [InlineData(5, 2)]
    [InlineData(2, 1)]
    public void An_engine_reads_parameters_where_they_lie_as_it_reads_copies_of_them(int features, int hidden)
    {
        var problem = new Problem(ToyModelKind.ReluOutput, features, hidden, 40, 0.3f);
        var parameters = new PinnedBuffer(Lanes.RoundUp(features * (hidden + 1)));
        problem.Weights.CopyTo(parameters.Span);
        problem.Bias.CopyTo(parameters.Span[problem.Weights.Length..]);
        foreach (var engine in problem.FastEngines<Simd256, Vector256<float>, Vector256<int>>())
        {
            var loss = problem.Accumulate(engine, 0.5f);
            var expected = engine.WeightGradient.ToArray();
            using var reader = problem.Open();
            var lossInPlace = 0.0;
            engine.BeginInPlace(parameters);
            engine.Read(reader, problem.Count);
            engine.Accumulate(0.5f, ref lossInPlace);
            engine.End();
            Assert.Equal(loss, lossInPlace);
            Assert.Equal(expected, engine.WeightGradient);
            if (engine.Gradient is { } gradient)
            {
                Assert.Equal(expected, gradient.Span[..expected.Length]);
                Assert.Equal(engine.BiasGradient, gradient.Span.Slice(expected.Length, problem.Features));

                // Whatever stood there would move parameters that are none.
                Assert.Equal(Lanes.RoundUp(features * (hidden + 1)), gradient.Length);
                Assert.All(gradient.Span[(features * (hidden + 1))..].ToArray(), value => Assert.Equal(0, value));
            }
        }
    }

    [Theory]
    [InlineData(40, 0.03f)]
    [InlineData(70, 0.03f)]
    [InlineData(70, 0.1f)]
    [InlineData(100, 0.03f)]
    [InlineData(100, 0.1f)]
    public void The_form_over_non_zeros_gives_the_same_bits_on_any_width_and_number_of_threads(int features, float density)
    {
        // An odd number of panels of sixteen features, which pass by one, two, three or four, as vectors, threads and non-zeros of a row have it.
        var problem = new Problem(ToyModelKind.ReluOutput, features, 9, 600, density);
        using var one = Create<Simd256, Vector256<float>, Vector256<int>>(1);
        var loss = problem.Accumulate(one, 0.5f);
        var reference = problem.Reference();
        Assert.Equal(problem.Accumulate(reference, 0.5f), loss, 2e-6 * loss);
        AssertClose(reference.WeightGradient, one.WeightGradient);
        foreach (var threads in (int[])[1, 2, 3, 5])
        {
            AssertSameBits(Create<Simd128, Vector128<float>, Vector128<int>>(threads));
            AssertSameBits(Create<Simd256, Vector256<float>, Vector256<int>>(threads));
            AssertSameBits(Create<Simd512, Vector512<float>, Vector512<int>>(threads));
        }

        GramGradient<TSimd, TF, TI> Create<TSimd, TF, TI>(int threads)
            where TSimd : struct, ISimd<TF, TI>
            where TF : unmanaged
            where TI : unmanaged
            => new(problem.Kind, features, 9, problem.Importances, 600, threads);

        void AssertSameBits(GradientEngine engine)
        {
            using (engine)
            {
                Assert.Equal(loss, problem.Accumulate(engine, 0.5f));
                Assert.Equal(one.WeightGradient, engine.WeightGradient);
                Assert.Equal(one.BiasGradient, engine.BiasGradient);
            }
        }
    }

    [Theory]
    [InlineData(250, 9, 1500)]
    [InlineData(300, 9, 300)]
    [InlineData(283, 20, 1500)]
    [InlineData(500, 70, 130)]
    public void Going_by_the_outputs_that_live_agrees_with_the_reference_and_has_the_same_bits_on_any_width_and_number_of_threads(
        int features, int hidden, int count)
    {
        // One bias in thirty lives in rows without a non-zero, too.
        var problem = new Problem(ToyModelKind.ReluOutput, features, hidden, count, 0.02f, j => j % 30 == 0 ? 0.01f : -0.8f);
        var reference = problem.Reference();
        var expectedLoss = problem.Accumulate(reference, 0.5f);
        using var one = new GramGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, features, hidden, problem.Importances, count);
        GoByLiveOutputs(one);
        var loss = problem.Accumulate(one, 0.5f);
        Assert.Equal(expectedLoss, loss, 2e-6 * expectedLoss);
        AssertClose(reference.WeightGradient, one.WeightGradient);
        AssertClose(reference.BiasGradient, one.BiasGradient);
        AssertSameBits(new GramGradient<Simd128, Vector128<float>, Vector128<int>>(problem.Kind, features, hidden, problem.Importances, count));
        AssertSameBits(new GramGradient<Simd512, Vector512<float>, Vector512<int>>(problem.Kind, features, hidden, problem.Importances, count, threads: 2));
        AssertSameBits(new GramGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, features, hidden, problem.Importances, count, threads: 5));
        Assert.Equal(expectedLoss, problem.LossOf(one), 2e-6 * expectedLoss);

        void AssertSameBits<TSimd, TF, TI>(GramGradient<TSimd, TF, TI> other)
            where TSimd : struct, ISimd<TF, TI>
            where TF : unmanaged
            where TI : unmanaged
        {
            using (other)
            {
                GoByLiveOutputs(other);
                Assert.Equal(loss, problem.Accumulate(other, 0.5f));
                Assert.Equal(one.WeightGradient, other.WeightGradient);
                Assert.Equal(one.BiasGradient, other.BiasGradient);
            }
        }

        void GoByLiveOutputs<TSimd, TF, TI>(GramGradient<TSimd, TF, TI> engine)
            where TSimd : struct, ISimd<TF, TI>
            where TF : unmanaged
            where TI : unmanaged
        {
            problem.Accumulate(engine, 0.5f);
            Assert.True(engine.IsByLiveOutputs);
        }
    }

    [Fact]
    public void A_batch_goes_by_the_outputs_that_live_while_they_are_few()
    {
        var few = new Problem(ToyModelKind.ReluOutput, 300, 9, 300, 0.02f, _ => -0.8f);
        var many = new Problem(ToyModelKind.ReluOutput, 300, 9, 300, 0.02f, _ => 0.1f);
        var linear = new Problem(ToyModelKind.Linear, 300, 9, 300, 0.02f, _ => -0.8f);
        using var engine = Create(ToyModelKind.ReluOutput);
        using var other = Create(ToyModelKind.Linear);
        Assert.True(Next(engine, few));
        Assert.True(Next(engine, few));
        Assert.False(Next(engine, many));
        Assert.False(Next(engine, few));

        // In between, only one batch in sixteen is looked at.
        Assert.True(Enumerable.Range(0, 16).Select(_ => Next(engine, few)).ToArray()[^1]);
        Assert.False(Next(other, linear));

        GramGradient<Simd256, Vector256<float>, Vector256<int>> Create(ToyModelKind kind) => new(kind, 300, 9, few.Importances, 300);

        static bool Next(GramGradient<Simd256, Vector256<float>, Vector256<int>> engine, Problem problem)
        {
            problem.Accumulate(engine, 1);
            return engine.IsByLiveOutputs;
        }
    }

    [Fact]
    public void A_gram_matrix_of_weights_before_changes_no_bit()
    {
        var problem = new Problem(ToyModelKind.ReluOutput, 300, 9, 300, 0.02f, _ => -0.8f);
        using var engine = new GramGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, 300, 9, problem.Importances, 300);
        var random = new Random(6);
        var kept = 0;
        for (var step = 0; step < 30; step++)
        {
            problem.Accumulate(engine, 0.5f);
            using var other = new GramGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, 300, 9, problem.Importances, 300);
            problem.Accumulate(other, 0.5f);
            problem.Accumulate(other, 0.5f);
            Assert.True(other.IsByLiveOutputs);
            if (step > 0)
            {
                Assert.Equal(other.WeightGradient, engine.WeightGradient);
                Assert.Equal(other.BiasGradient, engine.BiasGradient);
                kept += engine.HasKeptGram ? 1 : 0;
            }

            for (var i = 0; i < problem.Weights.Length; i++)
            {
                problem.Weights[i] += 0.1f * (random.NextSingle() - 0.5f);
            }
        }

        Assert.InRange(kept, 15, 27);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Rows_that_are_read_ahead_are_those_that_come_next(int threads)
    {
        // One way, then the other.
        foreach (var bias in (float[])[-0.8f, 0.1f])
        {
            var problem = new Problem(ToyModelKind.ReluOutput, 300, 9, 300, 0.02f, _ => bias);
            using var engine = new GramGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, 300, 9, problem.Importances, 300, threads);
            using var other = new GramGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, 300, 9, problem.Importances, 300);
            using var reader = problem.Open();
            using var otherReader = problem.Open();
            var (loss, otherLoss) = (0.0, 0.0);
            foreach (var (rows, next) in (ReadOnlySpan<(int, int)>)[(300, 300), (300, 170), (170, 1), (1, 300), (300, 300)])
            {
                engine.Begin(problem.Weights, problem.Bias);
                Assert.Equal(rows, engine.Read(reader, rows));
                engine.Expect(reader, next);
                engine.Accumulate(0.5f, ref loss);
                engine.End();
                other.Begin(problem.Weights, problem.Bias);
                other.Read(otherReader, rows);
                other.Accumulate(0.5f, ref otherLoss);
                other.End();
                Assert.Equal(other.WeightGradient, engine.WeightGradient);
                Assert.Equal(other.BiasGradient, engine.BiasGradient);
                Assert.Equal(otherLoss, loss);
            }

            // Another reader's rows are read, whatever was expected.
            Assert.Equal(problem.LossOf(other), problem.LossOf(engine));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_that_are_expected_are_read_whatever_comes_between(bool isLossTaken)
    {
        var problem = new Problem(ToyModelKind.ReluOutput, 300, 9, 300, 0.02f);
        using var engine = new GramGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, 300, 9, problem.Importances, 300, threads: 2);
        using var other = new GramGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, 300, 9, problem.Importances, 300);
        Assert.Equal(LossOfNext(other, isExpected: false), LossOfNext(engine, isExpected: true));

        double LossOfNext(GradientEngine engine, bool isExpected)
        {
            using var reader = problem.Open();
            var loss = 0.0;
            engine.Begin(problem.Weights, problem.Bias);
            engine.Read(reader, 300);
            if (isExpected)
            {
                engine.Expect(reader, 200);
            }

            if (isLossTaken)
            {
                engine.AddLoss(ref loss);
            }

            Assert.Equal(200, engine.Read(reader, 200));
            engine.AddLoss(ref loss);
            return loss;
        }
    }

    [Fact]
    public void Rows_that_cannot_be_read_ahead_are_missed_only_when_they_are_asked_for()
    {
        var problem = new Problem(ToyModelKind.ReluOutput, 300, 9, 300, 0.02f);
        using var engine = new GramGradient<Simd256, Vector256<float>, Vector256<int>>(problem.Kind, 300, 9, problem.Importances, 300, threads: 2);
        using var reader = new FailingReader(problem.Open());
        var loss = 0.0;
        engine.Begin(problem.Weights, problem.Bias);
        engine.Read(reader, 300);
        reader.Fails = true;
        engine.Expect(reader, 300);
        engine.Accumulate(0.5f, ref loss);
        engine.End();
        engine.Begin(problem.Weights, problem.Bias);
        Assert.Equal("Row 300 is bad.", Assert.Throws<InvalidDataException>(() => engine.Read(reader, 300)).Message);

        // And no longer afterwards.
        reader.Fails = false;
        Assert.Equal(300, engine.Read(reader, 300));
    }

    [Property(MaxTest = 60)]
    public void The_fast_gradient_agrees_with_the_reference_for_any_shape(byte features, byte hidden, byte count, bool isLinear)
    {
        var kind = isLinear ? ToyModelKind.Linear : ToyModelKind.ReluOutput;
        var problem = new Problem(kind, (features % 40) + 1, (hidden % 20) + 1, (count % 90) + 1, 0.4f);

        // Where a random model happens to reconstruct well, a gradient cancels to far below the terms that it is the sum of. These are then the
        // measure: rounding takes no more than 5e-7 of the sum of their magnitudes. Of all 144 000 cases the worst takes 2.2e-7.
        var (weights, bias) = problem.Magnitudes(0.5f);
        AssertAgreement(problem, weights / 2, bias / 2);
    }

    [Theory]
    [InlineData(20, 5)]
    [InlineData(5, 2)]
    [InlineData(2, 1)]
    public void Chunks_add_up_to_the_batch(int features, int hidden)
    {
        var problem = new Problem(ToyModelKind.ReluOutput, features, hidden, 96, 0.3f);
        foreach (var (whole, parts) in problem.FastEngines<Simd256, Vector256<float>, Vector256<int>>()
            .Zip(problem.FastEngines<Simd256, Vector256<float>, Vector256<int>>()))
        {
            var expected = problem.Accumulate(whole, 1);
            Assert.Equal(expected, problem.Accumulate(parts, 1, chunk: 40), 1e-4);
            AssertClose(whole.WeightGradient, parts.WeightGradient);
            AssertClose(whole.BiasGradient, parts.BiasGradient);
        }
    }

    [Theory]
    [InlineData(2, 70, 0.2f, false)]
    [InlineData(3, 70, 0.2f, false)]
    [InlineData(7, 70, 0.2f, false)]
    [InlineData(3, 70, 0.05f, false)]
    [InlineData(3, 20, 0.5f, false)]
    [InlineData(3, 250, 0.2f, false)]
    [InlineData(2, 250, 0.2f, true)]
    [InlineData(3, 250, 0.2f, true)]
    [InlineData(7, 70, 0.2f, true)]
    public void A_team_of_threads_gives_the_bits_of_one(int threads, int features, float density, bool listsInputs)
    {
        var samples = new GeneratedSamples(new FeatureDistribution(features, density), seed: 9);
        using var alone = Create(1);
        using var team = Create(threads);
        Assert.True(team.ChunkRows > alone.ChunkRows);
        Assert.Equal(Run(alone), Run(team));
        Assert.Equal(alone.WeightGradient, team.WeightGradient);
        Assert.Equal(alone.BiasGradient, team.BiasGradient);

        DenseGradient<Simd256, Vector256<float>, Vector256<int>> Create(int size) =>
            new(ToyModelKind.ReluOutput, features, 4, [.. Importance.Uniform().Resolve(features)], batch: 1100, size, listsInputs);

        (double Trained, double Evaluated, long Present) Run(GradientEngine engine)
        {
            var present = new long[features];
            engine.Begin(InitialWeights.XavierNormal(features, 4, 1, 0), new float[features]);
            using var reader = samples.OpenTraining(null, 0);
            double trained = 0, evaluated = 0;
            for (var rows = 0; rows < 1100;)
            {
                rows += engine.Read(reader, Math.Min(engine.ChunkRows, 1100 - rows));
                engine.CountPresent(present);
                engine.AddLoss(ref evaluated);
                engine.Accumulate(0.5f, ref trained);
            }

            engine.End();
            return (trained, evaluated, present.Sum());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Engines_count_the_same_non_zeros_also_when_the_loss_has_been_taken(bool isAfterLoss)
    {
        var problem = new Problem(ToyModelKind.ReluOutput, 20, 5, 96, 0.3f);
        var counts = problem.FastEngines<Simd256, Vector256<float>, Vector256<int>>().Append(problem.Reference()).Select(engine =>
        {
            var present = new long[20];
            engine.Begin(problem.Weights, problem.Bias);
            engine.Read(problem.Open(), 96);
            var loss = 0.0;
            if (isAfterLoss)
            {
                engine.AddLoss(ref loss);
            }

            engine.CountPresent(present);
            return present;
        }).ToArray();
        Assert.All(counts, count => Assert.Equal(counts[0], count));
        Assert.InRange(counts[0].Sum(), 450, 700);
    }

    private static void AssertAgreement(Problem problem, float weightFloor = 0, float biasFloor = 0)
    {
        var reference = problem.Reference();
        var expectedLoss = problem.Accumulate(reference, 0.5f);
        foreach (var fast in problem.FastEngines<Simd256, Vector256<float>, Vector256<int>>())
        {
            var loss = problem.Accumulate(fast, 0.5f);
            Assert.Equal(expectedLoss, loss, 2e-6 * Math.Max(1, expectedLoss));
            AssertClose(reference.WeightGradient, fast.WeightGradient, weightFloor);
            AssertClose(reference.BiasGradient, fast.BiasGradient, biasFloor);
            Assert.Equal(loss, problem.LossOf(fast));
        }
    }

    /// <summary>Agreement to 1e-6 of the largest element, or of the floor where that is larger.</summary>
    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float floor = 0)
    {
        var largest = MathF.Max(floor, 1e-30f);
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

    private sealed class FailingReader(SampleReader reader) : SampleReader
    {
        internal bool Fails { get; set; }

        public override int Read(Span<float> destination, int samples, int stride) =>
            Fails ? throw new InvalidDataException("Row 300 is bad.") : reader.Read(destination, samples, stride);
    }

    /// <summary>A model away from any symmetry, and a batch for it.</summary>
    private sealed class Problem
    {
        private readonly GeneratedSamples _samples;

        internal Problem(ToyModelKind kind, int features, int hidden, int count, float density, Func<int, float>? bias = null)
        {
            Kind = kind;
            Features = features;
            Hidden = hidden;
            Count = count;
            Importances = [.. Importance.Geometric(0.9f).Resolve(features)];
            Weights = InitialWeights.XavierNormal(features, hidden, seed: 4, restart: 0);
            var random = new Random(3);
            Bias = [.. Enumerable.Range(0, features).Select(bias ?? (_ => (random.NextSingle() / 2) - 0.3f))];
            _samples = new GeneratedSamples(new FeatureDistribution(features, density), seed: 9);
        }

        internal ToyModelKind Kind { get; }

        internal int Features { get; }

        internal int Hidden { get; }

        internal int Count { get; }

        internal float[] Importances { get; }

        internal float[] Weights { get; }

        internal float[] Bias { get; }

        internal ReferenceGradient Reference() => new(Kind, Features, Hidden, Importances, Count);

        internal IEnumerable<GradientEngine> FastEngines<TSimd, TF, TI>()
            where TSimd : struct, ISimd<TF, TI>
            where TF : unmanaged
            where TI : unmanaged =>
        [
            new DenseGradient<TSimd, TF, TI>(Kind, Features, Hidden, Importances, Count),
            new DenseGradient<TSimd, TF, TI>(Kind, Features, Hidden, Importances, Count, listsInputs: true),
            new LargeGradient<TSimd, TF, TI>(Kind, Features, Hidden, Importances, Count),
            new GramGradient<TSimd, TF, TI>(Kind, Features, Hidden, Importances, Count),
            .. new[] { false, true }.Where(_ => SmallGradient.Fits(Features, Hidden)).Select(leavesEmptyRowsOut =>
                new SmallGradient<TSimd, TF, TI>(Kind, Features, Hidden, Importances, Count, leavesEmptyRowsOut)),
        ];

        internal SampleReader Open() => _samples.OpenTraining(null, 0);

        internal double Accumulate(GradientEngine engine, float scale, int chunk = int.MaxValue)
        {
            engine.Begin(Weights, Bias);
            using var reader = Open();
            var loss = 0.0;
            for (var rows = 0; rows < Count;)
            {
                rows += engine.Read(reader, Math.Min(Math.Min(chunk, engine.ChunkRows), Count - rows));
                engine.Accumulate(scale, ref loss);
            }

            engine.End();
            return loss;
        }

        internal double LossOf(GradientEngine engine)
        {
            engine.Begin(Weights, Bias);
            using var reader = Open();
            var loss = 0.0;
            for (var rows = 0; rows < Count;)
            {
                rows += engine.Read(reader, Math.Min(engine.ChunkRows, Count - rows));
                engine.AddLoss(ref loss);
            }

            return loss;
        }

        /// <summary>The largest weight and bias gradient there were if no two terms had different signs: what rounding is relative to.</summary>
        internal (float Weights, float Bias) Magnitudes(float scale)
        {
            using var reader = Open();
            var stride = Lanes.RoundUp(Count);
            var x = new float[Features * stride];
            Assert.Equal(Count, reader.Read(x, Count, stride));
            var (weights, bias) = (new double[Features * Hidden], new double[Features]);
            for (var s = 0; s < Count; s++)
            {
                var (h, e, d) = (new double[Hidden], new double[Hidden], new double[Features]);
                for (var i = 0; i < weights.Length; i++)
                {
                    h[i % Hidden] += Math.Abs(Weights[i]) * x[(i / Hidden * stride) + s];
                }

                for (var i = 0; i < weights.Length; i++)
                {
                    d[i / Hidden] += Math.Abs(Weights[i]) * h[i % Hidden];
                }

                for (var j = 0; j < Features; j++)
                {
                    d[j] = 2 * scale * Importances[j] * (d[j] + Math.Abs(Bias[j]) + x[(j * stride) + s]);
                    bias[j] += d[j];
                }

                for (var i = 0; i < weights.Length; i++)
                {
                    e[i % Hidden] += Math.Abs(Weights[i]) * d[i / Hidden];
                }

                for (var i = 0; i < weights.Length; i++)
                {
                    weights[i] += (d[i / Hidden] * h[i % Hidden]) + (x[(i / Hidden * stride) + s] * e[i % Hidden]);
                }
            }

            return ((float)weights.Max(), (float)bias.Max());
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
