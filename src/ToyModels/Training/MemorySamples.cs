using System.Collections.Immutable;

namespace ToyModels;

/// <summary>Rows that lie in memory. How they lie there, the heirs know; the order in which passes go through them stands here.</summary>
internal abstract class MemorySamples : SampleSource
{
    private readonly bool _shuffle;
    private readonly Lazy<int[]> _ownOrder;
    private readonly int _rows;

    /// <param name="features">Number of features n.</param>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <param name="shuffle">Whether each pass of a training has an order of its own.</param>
    /// <param name="importances">n importances that the data carry; default if none.</param>
    protected MemorySamples(int features, int rows, bool shuffle, ImmutableArray<float> importances)
    {
        FeatureCount = features;
        _rows = rows;
        _shuffle = shuffle;
        if (!importances.IsDefault)
        {
            Guard.Length(importances.Length, features, nameof(importances), "one for each feature");
            for (var i = 0; i < features; i++)
            {
                Guard.NotNegative(importances[i], $"importances[{i}]");
            }
        }

        Importances = importances;
        _ownOrder = new Lazy<int[]>(() => [.. Enumerable.Range(0, rows)]);
    }

    public override int FeatureCount { get; }

    public override long? RowCount => _rows;

    public override ImmutableArray<float> Importances { get; }

    public override ImmutableArray<float> Densities => field.IsDefault ? field = CountDensities() : field;

    public override SampleReader OpenTraining(int? epochs, int seed) => new Reader(this, epochs, _shuffle ? seed : null);

    public override SampleReader OpenEvaluation() => new Reader(this, epochs: 1, seed: null);

    /// <summary>Feature i of the s-th of these rows goes to <paramref name="destination"/>[i·<paramref name="stride"/> + s].</summary>
    protected abstract void Fill(ReadOnlySpan<int> rows, Span<float> destination, int stride);

    /// <summary>Appends the non-zeros of these rows.</summary>
    protected abstract void List(ReadOnlySpan<int> rows, SparseSamples destination);

    /// <summary>Adds the number of non-zeros of each feature.</summary>
    protected abstract void CountPresent(Span<int> present);

    protected static InvalidDataException NotFinite(int row, int feature, float value) =>
        new(FormattableString.Invariant($"Row {row}, feature {feature} is {value}; features must be finite numbers."));

    private ImmutableArray<float> CountDensities()
    {
        var present = new int[FeatureCount];
        CountPresent(present);
        return [.. present.Select(count => (float)((double)count / _rows))];
    }

    /// <summary>The order of a pass: Fisher and Yates over random numbers of seed and pass.</summary>
    private int[] Order(int seed, int pass)
    {
        var key = RandomKey.Create(RandomKey.Purpose.Shuffle, seed).Derive((uint)pass);
        var order = (int[])_ownOrder.Value.Clone();
        for (var i = order.Length - 1; i > 0; i--)
        {
            var j = (int)(((key.Derive((uint)i).Low >> 32) * (ulong)(i + 1)) >> 32);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private sealed class Reader(MemorySamples source, int? epochs, int? seed) : SampleReader
    {
        private int[] _order = seed is { } first ? source.Order(first, 0) : source._ownOrder.Value;
        private int _next;
        private int _pass;

        public override int Read(Span<float> destination, int samples, int stride)
        {
            RequireRoom(destination, source.FeatureCount, samples, stride);
            var read = 0;
            while (read < samples && Next(samples - read) is { Length: > 0 } rows)
            {
                source.Fill(rows, destination[read..], stride);
                read += rows.Length;
            }

            ClearRest(destination, source.FeatureCount, read, stride);

            return read;
        }

        public override int ReadSparse(SparseSamples destination, int samples, int features)
        {
            ArgumentNullException.ThrowIfNull(destination);
            destination.Clear();
            var read = 0;
            while (read < samples && Next(samples - read) is { Length: > 0 } rows)
            {
                source.List(rows, destination);
                read += rows.Length;
            }

            return read;
        }

        /// <summary>The next rows of the pass in hand; none at the end of the last pass.</summary>
        private ReadOnlySpan<int> Next(int wanted)
        {
            if (_next == _order.Length)
            {
                if (_pass + 1 == epochs)
                {
                    return [];
                }

                _pass++;
                _next = 0;
                _order = seed is { } s ? source.Order(s, _pass) : _order;
            }

            var rows = _order.AsSpan(_next, Math.Min(wanted, _order.Length - _next));
            _next += rows.Length;
            return rows;
        }
    }
}
