using System.Runtime.Intrinsics;
using FsCheck.Xunit;

namespace ToyModels.Tests.Features;

public sealed class SamplerTests
{
    [Theory]
    [InlineData(1, 0.5f, 1024)]
    [InlineData(5, 0.5f, 1024)]
    [InlineData(20, 0.5f, 1024)]
    [InlineData(80, 0.5f, 256)]
    [InlineData(200, 0.5f, 128)]
    [InlineData(1000, 0.5f, 32)]
    [InlineData(10_000, 0.5f, 16)]
    [InlineData(80, 0.1f, 1024)]
    [InlineData(200, 0.06f, 1024)]
    [InlineData(400, 0.02f, 1024)]
    [InlineData(400, 0.03f, 64)]
    [InlineData(600, 0.01f, 32)]
    public void Blocks_have_the_promised_number_of_rows(int features, float density, int rows) =>
        Assert.Equal(rows, new FeatureSampler(new FeatureDistribution(features, density), seed: 0).BlockRows);

    [Theory]
    [InlineData(20, 1f)]
    [InlineData(20, 0.5f)]
    [InlineData(20, 0.0625f)]
    [InlineData(20, 0.0624f)]
    [InlineData(64, 0.125f)]
    [InlineData(128, 0.1249f)]
    [InlineData(64, 0.0625f)]
    [InlineData(20, 0.01f)]
    [InlineData(20, 0.001f)]
    [InlineData(20, 0f)]
    [InlineData(6, 1f)]
    [InlineData(6, 0.3f)]
    [InlineData(5, 0.1f)]
    [InlineData(2, 0.01f)]
    [InlineData(3, 0.003f)]
    [InlineData(1, 0.8f)]
    [InlineData(2, 0.00001f)]
    [InlineData(2, 0f)]
    [InlineData(7, 0.12f)]
    [InlineData(256, 0.05f)]
    [InlineData(257, 0.05f)]
    [InlineData(300, 0.00001f)]
    public void Features_are_present_with_their_density_and_uniform_where_present(int features, float density)
    {
        var values = Draw(new FeatureDistribution(features, density), seed: 3, blocks: 100);
        var present = values.Where(value => value != 0).Select(value => (double)value).ToArray();
        AssertBinomial(values.Length, density, present.Length);
        if (density == 0)
        {
            return;
        }

        var tolerance = 5 / Math.Sqrt(present.Length);
        Assert.InRange(present.Average(), 0.5 - (0.289 * tolerance), 0.5 + (0.289 * tolerance));
        Assert.InRange(present.Average(value => value * value), (1 / 3.0) - (0.299 * tolerance), (1 / 3.0) + (0.299 * tolerance));
        Assert.True(present.Min() > 0 && present.Max() < 1);

        // Tenths: each within five standard deviations.
        for (var tenth = 0; tenth < 10; tenth++)
        {
            AssertBinomial(present.Length, 0.1, present.Count(value => (int)(value * 10) == tenth));
        }
    }

    [Theory]
    [InlineData(0.5f)]
    [InlineData(0.01f)]
    public void Symmetric_values_are_uniform_between_minus_one_and_one(float density)
    {
        var present = Draw(new FeatureDistribution(20, density, ValueRange.Symmetric), seed: 3, blocks: 50).Where(value => value != 0).ToArray();
        var tolerance = 5 / Math.Sqrt(present.Length);
        Assert.InRange(present.Average(), -0.577 * tolerance, 0.577 * tolerance);
        Assert.InRange(present.Average(value => value * value), (1 / 3.0) - (0.299 * tolerance), (1 / 3.0) + (0.299 * tolerance));
        Assert.True(present.Min() >= -1 && present.Max() < 1);
    }

    [Theory]
    [InlineData(0.3f)]
    [InlineData(0.03f)]
    public void Features_and_rows_are_independent(float density)
    {
        var sampler = new FeatureSampler(new FeatureDistribution(4, density), seed: 2);
        long together = 0, inSuccession = 0, pairs = 0;
        var block = new float[4 * sampler.BlockRows];
        for (var k = 0; k < 200; k++)
        {
            sampler.FillBlock(k, block);
            for (var s = 0; s < sampler.BlockRows - 1; s++)
            {
                pairs++;
                together += block[s] != 0 && block[sampler.BlockRows + s] != 0 ? 1 : 0;
                inSuccession += block[s] != 0 && block[s + 1] != 0 ? 1 : 0;
            }
        }

        AssertBinomial(pairs, density * density, together);
        AssertBinomial(pairs, density * density, inSuccession);
    }

    [Theory]
    [InlineData(0.9f, 0.9f, 0.001f, 0.03f, 0.03f, 0f, 0.5f)]
    [InlineData(0f, 0.3f, 0f, 0.01f, 0.1f)]
    [InlineData(0.001f, 0.2f, 0.0001f, 0f)]
    public void Every_feature_has_its_own_density(params float[] densities)
    {
        var distribution = new FeatureDistribution([.. densities]);
        var sampler = new FeatureSampler(distribution, seed: 1);
        var present = new long[densities.Length];
        var block = new float[densities.Length * sampler.BlockRows];
        for (var k = 0; k < 50; k++)
        {
            sampler.FillBlock(k, block);
            for (var i = 0; i < densities.Length; i++)
            {
                present[i] += sampler.BlockRows - block.AsSpan(i * sampler.BlockRows, sampler.BlockRows).Count(0f);
            }
        }

        for (var i = 0; i < densities.Length; i++)
        {
            AssertBinomial(50L * sampler.BlockRows, densities[i], present[i]);
        }
    }

    [Fact]
    public void Blocks_come_out_the_same_in_any_order_and_from_any_thread()
    {
        var sampler = new FeatureSampler(new FeatureDistribution(20, 0.1f), seed: 1);
        var inOrder = Enumerable.Range(0, 16).Select(k => Block(sampler, k)).ToArray();
        var fromThreads = new float[16][];
        Parallel.For(0, 16, k => fromThreads[15 - k] = Block(sampler, 15 - k));
        Assert.Equal(inOrder, fromThreads);
        Assert.Equal(16, inOrder.Select(block => string.Join(',', block.Take(200))).Distinct().Count());
    }

    [Fact]
    public void Seeds_streams_and_blocks_share_nothing()
    {
        var distribution = new FeatureDistribution(20, 1);
        var first = Block(new FeatureSampler(distribution, seed: 1), 0);
        float[][] others =
        [
            Block(new FeatureSampler(distribution, seed: 2), 0),
            Block(new FeatureSampler(distribution, seed: -1), 0),
            Block(new FeatureSampler(distribution, seed: 1, stream: 1), 0),
            Block(new FeatureSampler(distribution, seed: 1), 1),
            Block(new FeatureSampler(distribution, seed: 1), 1L << 40),
        ];
        foreach (var other in others)
        {
            // Uniform numbers of 24 bits and more: of 20 480 places, fewer than ten agree by chance.
            Assert.True(first.Zip(other).Count(pair => pair.First == pair.Second) < 10);
            Assert.InRange(Correlation(first, other), -0.035, 0.035);
        }
    }

    [Theory]
    [InlineData(1f, 0.5f)]
    [InlineData(0.2f, 0.5f)]
    [InlineData(0.2f, 0.001f)]
    [InlineData(0.05f, 0.05f)]
    [InlineData(0.05f, 0.05f, 0.05f, 0.5f, 0.5f, 0.5f)]
    [InlineData(0.002f, 0.05f, 0.05f, 0.05f, 0.05f, 0.05f)]
    [InlineData(0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.1f)]
    [InlineData(0.01f, 0.01f, 0.01f, 0.01f, 0.01f, 0.01f)]
    public void Every_vector_width_draws_the_same_bits_and_lists_them(float density, params float[] others)
    {
        var distribution = new FeatureDistribution([density, density, .. others]);
        var key = RandomKey.Create(RandomKey.Purpose.Data, 1);
        const int rows = 64;
        RandomKey[] keys = [.. Enumerable.Range(0, 3).Select(block => key.Derive((ulong)block))];
        var (stride, features) = ((keys.Length * rows) + Lanes.Count, distribution.Count);
        var narrow = new BlockSampler.Of<Simd128, Vector128<float>, Vector128<int>>(distribution, rows);
        var one = Draw(narrow, keys[1..2], null);
        Assert.Contains(one, value => value != 0);
        for (var count = 1; count <= keys.Length; count++)
        {
            var expected = Draw(narrow, keys[..count], null);
            for (var i = 0; i < features && count > 1; i++)
            {
                Assert.Equal(one.AsSpan(i * stride, rows), expected.AsSpan((i * stride) + rows, rows));
            }

            foreach (var sampler in (BlockSampler[])
            [
                narrow,
                new BlockSampler.Of<Simd256, Vector256<float>, Vector256<int>>(distribution, rows),
                new BlockSampler.Of<Simd512, Vector512<float>, Vector512<int>>(distribution, rows),
            ])
            {
                var lists = new FeatureLists(features, keys.Length * rows);
                Assert.Equal(expected, Draw(sampler, keys[..count], null));
                Assert.Equal(expected, Draw(sampler, keys[..count], lists));
                Assert.Equal(0, lists.Starts[0]);
                for (var i = 0; i < features; i++)
                {
                    var feature = expected.AsSpan(i * stride, count * rows).ToArray();
                    var listed = lists.Starts[i]..lists.Starts[i + 1];
                    Assert.Equal(Enumerable.Range(0, feature.Length).Where(s => feature[s] != 0).Select(s => (byte)s), lists.Samples[listed]);
                    Assert.Equal(feature.Where(value => value != 0), lists.Values[listed]);
                }
            }
        }

        unsafe float[] Draw(BlockSampler sampler, RandomKey[] keys, FeatureLists? lists)
        {
            var matrix = new float[features * stride];
            fixed (float* start = matrix)
            {
                sampler.Fill(keys, start, stride, lists);
            }

            return matrix;
        }
    }

    [Theory]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(93)]
    [InlineData(256)]
    public unsafe void Lists_leave_out_zeros_of_either_sign(int rows)
    {
        const int features = 3;
        var random = new Random(rows);
        float[] kinds = [0f, -0f, 1e-40f, -2f, float.NaN];
        float[] matrix = [.. Enumerable.Range(0, features * 256).Select(_ => kinds[random.Next(kinds.Length)])];
        FeatureLists narrow = new(features, 256), middle = new(features, 256), wide = new(features, 256);
        fixed (float* start = matrix)
        {
            var x = new SampleMatrix(start, 256);
            narrow.Take<Simd128, Vector128<float>, Vector128<int>>(x, rows);
            middle.Take<Simd256, Vector256<float>, Vector256<int>>(x, rows);
            wide.Take<Simd512, Vector512<float>, Vector512<int>>(x, rows);
        }

        foreach (var lists in (FeatureLists[])[narrow, middle, wide])
        {
            for (var i = 0; i < features; i++)
            {
                int[] expected = [.. Enumerable.Range(0, rows).Where(s => matrix[(i * 256) + s] != 0)];
                var listed = lists.Starts[i]..lists.Starts[i + 1];
                Assert.Equal(expected.Select(s => (byte)s), lists.Samples[listed]);
                Assert.Equal(expected.Select(s => matrix[(i * 256) + s]), lists.Values[listed]);
            }
        }
    }

    [Property(MaxTest = 40)]
    public void Rows_do_not_depend_on_how_they_are_read(byte batch, byte passRows, bool areFew)
    {
        var features = areFew ? 5 : 200;
        var source = new GeneratedSamples(new FeatureDistribution(features, 0.1f), seed: 4, rows: passRows + 1);
        const int total = 600;
        var stride = 608;
        var atOnce = new float[features * stride];
        Assert.Equal(total, source.OpenTraining(null, 0).Read(atOnce, total, stride));

        using var reader = source.OpenTraining(null, 0);
        var size = batch + 1;
        var chunk = new float[features * 256];
        for (var row = 0; row < total;)
        {
            Array.Fill(chunk, float.NaN);
            var want = Math.Min(size, total - row);
            var read = reader.Read(chunk, want, 256);
            Assert.Equal(want, read);
            for (var i = 0; i < features; i++)
            {
                Assert.Equal(atOnce.AsSpan((i * stride) + row, read), chunk.AsSpan(i * 256, read));
                Assert.False(chunk.AsSpan((i * 256) + read, 256 - read).ContainsAnyExcept(0f));
            }

            row += read;
        }
    }

    [Theory]
    [InlineData(5, 0.2f)]
    [InlineData(5, 0.001f)]
    [InlineData(9, 0.2f)]
    [InlineData(9, 0.03f)]
    [InlineData(9, 0.001f)]
    public void Rows_read_by_their_non_zeros_are_the_dense_rows(int features, float density)
    {
        var source = new GeneratedSamples(new FeatureDistribution([.. Enumerable.Repeat(density, features - 2), density / 2, 0]), seed: 4, rows: 1500);
        const int total = 4000;
        var dense = new float[features * total];
        source.OpenTraining(null, 0).Read(dense, total, total);
        using var reader = source.OpenTraining(null, 0);
        var samples = new SparseSamples();
        var row = 0;
        var empty = 0;
        var found = new List<(int Feature, float Value)>();
        foreach (var size in (int[])[1, 700, 1024, 300, 1975])
        {
            Assert.Equal(size, reader.ReadSparse(samples, size, features));
            Assert.Equal(size, samples.ActiveRows + samples.EmptyRows);
            empty += samples.EmptyRows;
            for (var active = 0; active < samples.ActiveRows; active++)
            {
                for (var e = samples.Starts[active]; e < samples.Starts[active + 1]; e++)
                {
                    found.Add((samples.Features[e], samples.Values[e]));
                }
            }

            row += size;
        }

        var expected = Enumerable.Range(0, total).SelectMany(s => Enumerable.Range(0, features).Select(i => (i, dense[(i * total) + s]))).Where(e => e.Item2 != 0);
        Assert.Equal(total, row);
        Assert.Equal(expected, found);
        Assert.Equal(Enumerable.Range(0, total).Count(s => Enumerable.Range(0, features).All(i => dense[(i * total) + s] == 0)), empty);
    }

    [Fact]
    public void Rows_of_their_own_stay_when_their_source_is_read_on()
    {
        var source = new GeneratedSamples(new FeatureDistribution(200, 0.03f), seed: 4, rows: 3000);
        using var reader = source.OpenTraining(null, 0);
        using var again = source.OpenTraining(null, 0);
        RowsByLength stay = new(200, 1024, hasMatrix: true, isOwn: true), lie = new(200, 1024, hasMatrix: true, isOwn: false);
        stay.Read(reader, 1024, isMatrixWanted: false);
        lie.Read(again, 1024, isMatrixWanted: true);
        stay.Read(reader, 1024, isMatrixWanted: false);
        lie.Read(again, 1024, isMatrixWanted: true);
        new RowsByLength(200, 1024, hasMatrix: false, isOwn: false).Read(reader, 900, isMatrixWanted: false);
        stay.TakeMatrix();
        Assert.Equal(lie.Matrix.Span, stay.Matrix.Span);
    }

    [Theory]
    [InlineData(9, 0.11f, false, false)]
    [InlineData(9, 0.11f, false, true)]
    [InlineData(9, 0.11f, true, false)]
    [InlineData(20, 0.01f, false, false)]
    [InlineData(200, 0.03f, true, false)]
    [InlineData(200, 0.03f, true, true)]
    [InlineData(9, 0.5f, true, false)]
    public void Rows_read_by_length_are_the_dense_rows(int features, float density, bool hasMatrix, bool isOwn)
    {
        var source = new GeneratedSamples(new FeatureDistribution(features, density), seed: 4, rows: 3000);
        const int total = 5000;
        var dense = new float[features * total];
        source.OpenTraining(null, 0).Read(dense, total, total);
        using var reader = source.OpenTraining(null, 0);
        var rows = new RowsByLength(features, 1024, hasMatrix, isOwn);
        var row = 0;
        foreach (var size in (int[])[1, 1023, 1000, 24, 17, 700, 1024, 1024, 187])
        {
            Assert.Equal(size, rows.Read(reader, size, hasMatrix));
            float[][] expected =
            [
                .. Enumerable.Range(row, size).Select(s => Enumerable.Range(0, features).Select(i => dense[(i * total) + s]).ToArray())
                    .Where(values => values.Any(value => value != 0)).OrderBy(values => values.Count(value => value != 0)),
            ];
            Assert.Equal((expected.Length, size - expected.Length), (rows.Rows, rows.EmptyRows));
            Assert.Equal(expected.Sum(values => values.Count(value => value != 0)), rows.Entries);
            foreach (var stretch in rows.Runs)
            {
                for (var r = 0; r < stretch.Rows; r++)
                {
                    var found = new float[features];
                    for (var e = 0; e < stretch.Length; e++)
                    {
                        var entry = stretch.Entry + (r * stretch.RowStep) + (e * stretch.Step);
                        found[stretch.Offsets[entry] / Lanes.Count] = stretch.Values[entry];
                    }

                    Assert.Equal(expected[stretch.Row + r], found);
                    if (hasMatrix)
                    {
                        // An error that is an addition must not meet −0.
                        var minus = rows.Matrix.Span.Slice((stretch.Row + r) * rows.Stride, features).ToArray();
                        Assert.Equal(found.Select(value => -value), minus);
                        Assert.DoesNotContain(minus, value => value == 0 && float.IsNegative(value));
                    }
                }
            }

            var present = new long[features];
            rows.CountPresent(present);
            Assert.Equal(Enumerable.Range(0, features).Select(i => expected.LongCount(values => values[i] != 0)), present);
            row += size;
        }

        Assert.Equal(total, row);
    }

    [Theory]
    [InlineData(9, 0.11f)]
    [InlineData(20, 0.02f)]
    [InlineData(6, 0.15f)]
    public void Lengths_of_rows_are_binomial_and_any_two_features_meet_as_often(int features, float density)
    {
        const int blocks = 400;
        var sampler = new FeatureSampler(new FeatureDistribution(features, density), seed: 12);
        var block = new float[features * sampler.BlockRows];
        var (lengths, pairs) = (new long[features + 1], new long[features * features]);
        for (var k = 0; k < blocks; k++)
        {
            sampler.FillBlock(k, block);
            for (var s = 0; s < sampler.BlockRows; s++)
            {
                int[] present = [.. Enumerable.Range(0, features).Where(i => block[(i * sampler.BlockRows) + s] != 0)];
                lengths[present.Length]++;
                foreach (var (i, j) in present.SelectMany(i => present.Where(j => j > i).Select(j => (i, j))))
                {
                    pairs[(i * features) + j]++;
                }
            }
        }

        var rows = (long)blocks * sampler.BlockRows;
        var probability = Math.Pow(1 - (double)density, features);
        for (var length = 0; length <= features; length++)
        {
            AssertBinomial(rows, probability, lengths[length]);
            probability *= (features - length) / (length + 1.0) * density / (1 - density);
        }

        for (var i = 0; i < features; i++)
        {
            for (var j = i + 1; j < features; j++)
            {
                AssertBinomial(rows, density * density, pairs[(i * features) + j]);
            }
        }
    }

    [Theory]
    [InlineData(1, 0.5f)]
    [InlineData(2, 0.002f)]
    [InlineData(5, 0.2f)]
    [InlineData(5, 1f)]
    [InlineData(9, 0.1f)]
    public void Rows_that_are_not_empty_are_those_among_all_rows(int features, float density)
    {
        var source = new GeneratedSamples(new FeatureDistribution(features, density), seed: 4, rows: 3000);
        const int total = 15_000;
        var all = new float[features * total];
        source.OpenTraining(null, 0).Read(all, total, total);
        using var reader = source.OpenTraining(null, 0);
        const int stride = 4096 + Lanes.Count;
        var kept = new PinnedBuffer(features * stride);
        var row = 0;
        foreach (var size in (int[])[3000, 3000, 1, 1023, 700, 17, 4096, 1024, 1000, 1139])
        {
            kept.Span.Fill(float.NaN);
            Assert.Equal(size, reader.ReadNonEmpty(kept, features, size, stride, out var count));
            int[] places = [.. Enumerable.Range(row, size).Where(s => Enumerable.Range(0, features).Any(i => all[(i * total) + s] != 0))];
            Assert.Equal(places.Length, count);
            for (var i = 0; i < features; i++)
            {
                Assert.Equal(places.Select(s => all[(i * total) + s]), kept.Span.Slice(i * stride, count).ToArray());
            }

            row += size;
        }

        Assert.Equal(total, row);
    }

    [Theory]
    [InlineData(2, 0.1f)]
    [InlineData(5, 0.01f)]
    [InlineData(6, 0.2f)]
    public void Blocks_hold_a_binomial_number_of_rows_that_are_not_empty_anywhere(int features, float density)
    {
        const int blocks = 4000;
        var sampler = new FeatureSampler(new FeatureDistribution(features, density), seed: 6);
        var (counts, places) = (new double[blocks], new long[sampler.BlockRows]);
        var block = new float[features * sampler.BlockRows];
        for (var k = 0; k < blocks; k++)
        {
            sampler.FillBlock(k, block);
            for (var s = 0; s < sampler.BlockRows; s++)
            {
                if (Enumerable.Range(0, features).Any(i => block[(i * sampler.BlockRows) + s] != 0))
                {
                    counts[k]++;
                    places[s]++;
                }
            }
        }

        var nonEmpty = 1 - Math.Pow(1 - (double)density, features);
        var variance = sampler.BlockRows * nonEmpty * (1 - nonEmpty);
        AssertBinomial((long)blocks * sampler.BlockRows, nonEmpty, (long)counts.Sum());
        var mean = counts.Average();
        var slack = 5 * Math.Sqrt(2.0 / blocks);
        Assert.InRange(counts.Average(count => (count - mean) * (count - mean)) / variance, 1 - slack, 1 + slack);

        // χ² over the places: as many degrees of freedom, each of variance 2 and (1 − nonEmpty) of what a Poisson number would have.
        var square = places.Average(count => (count - (blocks * nonEmpty)) * (count - (blocks * nonEmpty)) / (blocks * nonEmpty * (1 - nonEmpty)));
        slack = 5 * Math.Sqrt(2.0 / sampler.BlockRows);
        Assert.InRange(square, 1 - slack, 1 + slack);
    }

    [Fact]
    public void Passes_repeat_and_end_after_the_epochs()
    {
        using var reader = new GeneratedSamples(new FeatureDistribution(3, 0.5f), seed: 4, rows: 40).OpenTraining(2, 0);
        var rows = new float[3 * 96];
        Assert.Equal(80, reader.Read(rows, 96, 96));
        Assert.Equal(rows.AsSpan(0, 40), rows.AsSpan(40, 40));
        Assert.Equal(0, reader.Read(rows, 96, 96));
        Assert.DoesNotContain(rows, value => value != 0);
    }

    [Fact]
    public void The_evaluation_sample_is_fixed_and_apart_from_the_training_rows()
    {
        var source = new GeneratedSamples(new FeatureDistribution(5, 1), seed: 4);
        float[] first = new float[5 * 1024], again = new float[5 * 1024], training = new float[5 * 1024];
        source.OpenEvaluation().Read(first, 1024, 1024);
        using var reader = source.OpenEvaluation();
        reader.Read(again, 1024, 1024);
        source.OpenTraining(null, 0).Read(training, 1024, 1024);
        Assert.Equal(first, again);
        Assert.NotEqual(first, training);

        var rows = 1024;
        while (reader.Read(again, 1024, 1024) is var read and > 0)
        {
            rows += read;
        }

        Assert.Equal(SampleSource.EvaluationRows, rows);
    }

    [Theory]
    [InlineData(0, 16, 320)]
    [InlineData(17, 16, 320)]
    [InlineData(16, 16, 319)]
    public void Rows_that_do_not_fit_are_refused_before_anything_is_written(int samples, int stride, int length)
    {
        using var reader = new GeneratedSamples(new FeatureDistribution(20, 0.5f), seed: 1).OpenTraining(null, 0);
        var destination = new float[length];
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(destination, samples, stride));
        Assert.All(destination, value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(20, 0.1f, 0.1f)]
    [InlineData(20, 0.03f, 0.003f)]
    [InlineData(300, 0.01f, 0.01f)]
    [InlineData(2, 0.00001f, 0.00001f)]
    public void A_block_put_down_row_after_row_is_the_same_block(int features, float density, float last)
    {
        var sampler = new FeatureSampler(new FeatureDistribution([.. Enumerable.Repeat(density, features - 1), last]), seed: 5);
        var rows = new float[features * sampler.BlockRows];
        for (var k = 0; k < 3; k++)
        {
            Array.Fill(rows, float.NaN);
            sampler.FillRows(k, rows);
            var block = Block(sampler, k);
            Assert.Equal(Enumerable.Range(0, rows.Length).Select(e => block[(e % features * sampler.BlockRows) + (e / features)]), rows);
        }
    }

    [Fact]
    public void A_block_of_the_wrong_size_is_refused()
    {
        var sampler = new FeatureSampler(new FeatureDistribution(5, 0.5f), seed: 0);
        Assert.Throws<ArgumentException>(() => sampler.FillBlock(0, new float[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.FillBlock(-1, new float[5 * 1024]));
    }

    private static float[] Block(FeatureSampler sampler, long block)
    {
        var values = new float[sampler.Distribution.Count * sampler.BlockRows];
        sampler.FillBlock(block, values);
        return values;
    }

    private static float[] Draw(FeatureDistribution distribution, int seed, int blocks)
    {
        var sampler = new FeatureSampler(distribution, seed);
        return [.. Enumerable.Range(0, blocks).SelectMany(k => Block(sampler, k))];
    }

    private static void AssertBinomial(long trials, double probability, long successes)
    {
        // One more where hardly any is to be expected.
        var slack = (5 * Math.Sqrt(trials * probability * (1 - probability))) + (probability == 0 ? 0 : 1);
        Assert.InRange(successes, (trials * probability) - slack, (trials * probability) + slack);
    }

    private static double Correlation(float[] x, float[] y)
    {
        double meanX = x.Average(), meanY = y.Average();
        var covariance = x.Zip(y).Average(pair => (pair.First - meanX) * (pair.Second - meanY));
        return covariance / Math.Sqrt(x.Average(v => (v - meanX) * (v - meanX)) * y.Average(v => (v - meanY) * (v - meanY)));
    }
}
