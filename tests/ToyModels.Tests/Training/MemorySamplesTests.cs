namespace ToyModels.Tests.Training;

public sealed class MemorySamplesTests
{
    private const int Features = 5;
    private const int Rows = 41;
    private static readonly float[] _values = [.. Enumerable.Range(0, Rows * Features).Select(e => e % 3 == 0 ? 0f : e)];

    public static TheoryData<bool> Forms => [false, true];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Rows_come_in_order_pass_after_pass_and_then_zeros(bool isSparse)
    {
        using var reader = Source(isSparse).OpenTraining(epochs: 2, seed: 1);
        var read = new List<float[]>();
        for (int count; (count = ReadInto(read, reader, 16)) > 0;)
        {
            Assert.Equal(read.Count == 82 ? 2 : 16, count);
        }

        Assert.Equal([.. Whole, .. Whole], read);
        Assert.Equal(0, ReadInto(read, reader, 16));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Rows_by_their_non_zeros_are_the_same_rows(bool isSparse)
    {
        using var reader = Source(isSparse).OpenTraining(epochs: 2, seed: 1);
        var samples = new SparseSamples();
        var first = new List<float[]>();
        ReadInto(first, reader, 7);

        // The rest of the first pass, and six rows of the second.
        Assert.Equal(40, reader.ReadSparse(samples, 40, Features));
        Assert.Equal((40, 0), (samples.ActiveRows, samples.EmptyRows));
        float[][] expected = [.. Whole[7..], .. Whole[..6]];
        for (var row = 0; row < 40; row++)
        {
            var dense = new float[Features];
            for (var e = samples.Starts[row]; e < samples.Starts[row + 1]; e++)
            {
                Assert.NotEqual(0, samples.Values[e]);
                dense[samples.Features[e]] = samples.Values[e];
            }

            Assert.Equal(expected[row], dense);
        }

        Assert.Equal(35, reader.ReadSparse(samples, 40, Features));
        Assert.Equal(0, reader.ReadSparse(samples, 40, Features));
        Assert.Equal((0, 0), (samples.ActiveRows, samples.EmptyRows));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_pass_of_a_shuffled_source_has_all_rows_in_an_order_of_seed_and_pass(bool isSparse)
    {
        var source = Source(isSparse, shuffle: true);
        var (once, again, other) = (Passes(source, 3), Passes(source, 3), Passes(source, 4));

        Assert.Equal(once, again);
        Assert.All(once.Chunk(Rows).Concat(other.Chunk(Rows)), pass => Assert.Equal(Whole.Select(Key).Order(), pass.Select(Key).Order()));
        IEnumerable<float[]>[] orders = [once[..Rows], once[Rows..], other[..Rows], Whole];
        Assert.Equal(4, orders.Select(pass => string.Join(' ', pass.Select(Key))).Distinct().Count());
        using var evaluation = source.OpenEvaluation();
        var unshuffled = new List<float[]>();
        Assert.Equal(Rows, ReadInto(unshuffled, evaluation, 48));
        Assert.Equal(Whole, unshuffled);

        static List<float[]> Passes(SampleSource source, int seed)
        {
            using var reader = source.OpenTraining(epochs: 2, seed);
            var rows = new List<float[]>();
            while (ReadInto(rows, reader, 32) > 0)
            {
            }

            return rows;
        }
    }

    [Fact]
    public void Training_gives_the_same_bits_whichever_form_the_rows_have()
    {
        foreach (var density in (float[])[0.3f, 0.01f])
        {
            var generated = new GeneratedSamples(new FeatureDistribution(30, density), seed: 5, rows: 700);
            var values = new float[700 * 30];
            using (var reader = generated.OpenTraining(1, 0))
            {
                var column = new float[30 * 16];
                for (var (row, count) = (0, 0); (count = reader.Read(column, 16, 16)) > 0; row += count)
                {
                    for (var e = 0; e < 30 * count; e++)
                    {
                        values[((row + (e % count)) * 30) + (e / count)] = column[(e / count * 16) + (e % count)];
                    }
                }
            }

            var options = new ToyModelOptions { Hidden = 4, Steps = 40, BatchSize = 64, Seed = 1 };
            TrainingInstance[] instances =
            [
                new(options, generated),
                new(options, SampleSource.FromRows(values, 30)),
                new(options, Compressed(values, 30, shuffle: false)),
                new(options, SampleSource.FromRows(values, 30, shuffle: true)),
                new(options, Compressed(values, 30, shuffle: true)),
            ];
            var results = new ToyModelTrainer(2).Train(instances);
            Assert.Equal(results[0].Model.Weights.ToArray(), results[1].Model.Weights.ToArray());
            Assert.Equal(results[1].Model.Weights.ToArray(), results[2].Model.Weights.ToArray());
            Assert.Equal(results[1].Best.EvaluationLoss, results[2].Best.EvaluationLoss);
            Assert.Equal(results[3].Model.Weights.ToArray(), results[4].Model.Weights.ToArray());
            Assert.NotEqual(results[1].Model.Weights.ToArray(), results[3].Model.Weights.ToArray());
            Assert.Equal(Enumerable.Range(0, 30).Select(i => Enumerable.Range(0, 700).Count(r => values[(r * 30) + i] != 0) / 700f), results[1].Densities);
        }
    }

    [Fact]
    public void Importances_are_carried()
    {
        var source = SampleSource.FromRows(_values, Features, importances: [1, 2, 3, 4, 0]);

        Assert.Equal<float>([1, 2, 3, 4, 0], source.Importances);
        Assert.Equal((Features, (long?)Rows), (source.FeatureCount, source.RowCount));
        Assert.True(SampleSource.FromRows(_values, Features).Importances.IsDefault);
    }

    [Fact]
    public void Rows_that_are_none_are_refused()
    {
        Assert.Contains("values has 7 elements; it must have 5 for each row", Assert.Throws<ArgumentException>(() => SampleSource.FromRows(new float[7], 5)).Message);
        Assert.Throws<ArgumentException>(() => SampleSource.FromRows(ReadOnlyMemory<float>.Empty, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleSource.FromRows(new float[7], 0));
        Assert.Throws<ArgumentException>(() => SampleSource.FromRows(_values, Features, importances: [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleSource.FromRows(_values, Features, importances: [1, 2, 3, 4, -1]));
        Assert.Equal(
            "Row 1, feature 2 is NaN; features must be finite numbers.",
            Assert.Throws<InvalidDataException>(() => SampleSource.FromRows(new float[] { 1, 2, 3, 4, 5, float.NaN }, 3)).Message);
    }

    [Fact]
    public void Sparse_rows_that_are_none_are_refused()
    {
        Assert.Contains("values has 1 elements, but must have 2", Assert.Throws<ArgumentException>(() => Sparse([0, 2], [0, 1], [1])).Message);
        Assert.Contains("starts has 2 entries, from 0 to 1", Assert.Throws<ArgumentException>(() => Sparse([0, 1], [0, 1], [1, 2])).Message);
        Assert.Contains("starts has 1 entries", Assert.Throws<ArgumentException>(() => Sparse([0], [], [])).Message);
        Assert.Contains("starts has 0 entries;", Assert.Throws<ArgumentException>(() => Sparse([], [], [])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleSource.FromSparseRows(new[] { 0, 0 }, Array.Empty<int>(), Array.Empty<float>(), 0));
        Assert.StartsWith("Row 0 goes from 0 to 3;", Assert.Throws<InvalidDataException>(() => Sparse([0, 3, 2], [0, 1], [1, 2])).Message);
        Assert.StartsWith("Row 1 goes from 2 to 1;", Assert.Throws<InvalidDataException>(() => Sparse([0, 2, 1, 2], [0, 1], [1, 2])).Message);
        Assert.StartsWith("Row 0 lists feature 0 as its entry 1;", Assert.Throws<InvalidDataException>(() => Sparse([0, 2], [0, 0], [1, 2])).Message);
        Assert.StartsWith("Row 1 lists feature 3 as its entry 0;", Assert.Throws<InvalidDataException>(() => Sparse([0, 1, 2], [0, 3], [1, 2])).Message);
        Assert.StartsWith("Row 1 lists feature -1", Assert.Throws<InvalidDataException>(() => Sparse([0, 1, 2], [0, -1], [1, 2])).Message);
        Assert.Equal(
            "Row 1, feature 2 is -Infinity; features must be finite numbers.",
            Assert.Throws<InvalidDataException>(() => Sparse([0, 1, 2], [0, 2], [1, float.NegativeInfinity])).Message);

        static SampleSource Sparse(int[] starts, int[] features, float[] values) => SampleSource.FromSparseRows(starts, features, values, 3);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_destination_that_is_too_small_is_refused(bool isSparse)
    {
        using var reader = Source(isSparse).OpenTraining(1, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(new float[(16 * Features) - 1], 16, 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(new float[32 * Features], 17, 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Read(new float[16 * Features], 0, 16));
    }

    private static float[][] Whole => [.. _values.Chunk(Features)];

    private static SampleSource Source(bool isSparse, bool shuffle = false) =>
        isSparse ? Compressed(_values, Features, shuffle) : SampleSource.FromRows(_values, Features, shuffle);

    private static SampleSource Compressed(float[] values, int features, bool shuffle)
    {
        var present = Enumerable.Range(0, values.Length).Where(e => values[e] != 0).ToArray();
        int[] starts = [.. Enumerable.Range(0, (values.Length / features) + 1).Select(row => present.Count(e => e < row * features))];
        return SampleSource.FromSparseRows(starts, present.Select(e => e % features).ToArray(), present.Select(e => values[e]).ToArray(), features, shuffle);
    }

    private static float Key(float[] row) => row.Max();

    /// <summary>Reads up to so many rows, and checks that what lies past them is zero.</summary>
    private static int ReadInto(List<float[]> rows, SampleReader reader, int samples)
    {
        const int Stride = 48;
        var destination = Enumerable.Repeat(float.NaN, Features * Stride).ToArray();
        var read = reader.Read(destination, samples, Stride);
        for (var s = 0; s < Stride; s++)
        {
            float[] row = [.. Enumerable.Range(0, Features).Select(i => destination[(i * Stride) + s])];
            if (s < read)
            {
                rows.Add(row);
            }
            else
            {
                Assert.Equal(new float[Features], row);
            }
        }

        return read;
    }
}
