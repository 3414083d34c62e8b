using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>
/// Consecutive rows of a view as trainers take them: feature-major, or row after row by their non-zeros. Filled again and again, or copied
/// and kept.
/// </summary>
internal sealed class RowBlock
{
    private const int TileRows = 16;

    // Values that a block is to hold, so that one stays in the second-level cache.
    private const int Values = 1 << 16;

    private readonly int _count;
    private readonly int _stride;
    private float[] _values = [];
    private int[] _features = [];
    private int[] _starts = [0];
    private float[] _tile = [];
    private bool _isSparse;

    /// <param name="count">Number of features n.</param>
    internal RowBlock(int count)
        : this(count, Math.Clamp(Values / count & -TileRows, TileRows, 1024))
    {
    }

    private RowBlock(int count, int stride)
    {
        _count = count;
        _stride = stride;
    }

    /// <summary>Rows that it holds.</summary>
    internal int Rows { get; private set; }

    /// <summary>Whether no row can be added.</summary>
    internal bool IsFull => Rows == _stride;

    /// <summary>Memory of the numbers it holds.</summary>
    internal long Bytes => sizeof(float) * (_isSparse ? Rows + (2L * _starts[Rows]) : (long)_count * _stride);

    /// <summary>Forgets all rows.</summary>
    /// <param name="isSparse">The form of those to come.</param>
    internal void Clear(bool isSparse)
    {
        Rows = 0;
        _isSparse = isSparse;
        if (isSparse)
        {
            _starts = _starts.Length > _stride ? _starts : new int[_stride + 1];
        }
        else
        {
            _values = _values.Length >= _count * _stride ? _values : new float[_count * _stride];
            _tile = _tile.Length > 0 ? _tile : new float[_count * TileRows];
        }
    }

    /// <summary>Appends a row.</summary>
    internal void Add(in VBuffer<float> row)
    {
        if (_isSparse)
        {
            AddNonZeros(row);
            return;
        }

        row.CopyTo(_tile.AsSpan(Rows % TileRows * _count, _count));
        Rows++;
        if (Rows % TileRows == 0)
        {
            Turn(TileRows);
        }
    }

    /// <summary>To be called when the last row was added.</summary>
    internal void End()
    {
        if (!_isSparse && Rows % TileRows is var rest and > 0)
        {
            Turn(rest);
        }
    }

    /// <summary>The same rows, in memory of their own, of which none is spare.</summary>
    internal RowBlock Copy()
    {
        if (!_isSparse)
        {
            return new RowBlock(_count, _stride) { Rows = Rows, _values = [.. _values.AsSpan(0, _count * _stride)] };
        }

        var end = _starts[Rows];
        return new RowBlock(_count, _stride)
        {
            Rows = Rows,
            _isSparse = true,
            _starts = _starts[..(Rows + 1)],
            _features = _features[..end],
            _values = _values[..end],
        };
    }

    /// <summary>Feature i of row <paramref name="first"/> + s goes to <paramref name="destination"/>[i·<paramref name="stride"/> + s].</summary>
    internal void Read(int first, int rows, Span<float> destination, int stride)
    {
        for (var i = 0; i < _count; i++)
        {
            var target = destination.Slice(i * stride, rows);
            if (_isSparse)
            {
                target.Clear();
            }
            else
            {
                _values.AsSpan((i * _stride) + first, rows).CopyTo(target);
            }
        }

        for (var row = 0; _isSparse && row < rows; row++)
        {
            for (var e = _starts[first + row]; e < _starts[first + row + 1]; e++)
            {
                destination[(_features[e] * stride) + row] = _values[e];
            }
        }
    }

    /// <summary>Appends the non-zeros of rows <paramref name="first"/> to <paramref name="first"/> + <paramref name="rows"/> − 1.</summary>
    internal void ReadSparse(int first, int rows, SparseSamples destination)
    {
        if (!_isSparse)
        {
            destination.AddDense(_values.AsSpan(first), _count, rows, _stride);
            return;
        }

        for (var row = first; row < first + rows; row++)
        {
            var (start, length) = (_starts[row], _starts[row + 1] - _starts[row]);
            destination.Add(_features.AsSpan(start, length), _values.AsSpan(start, length));
        }
    }

    private void AddNonZeros(in VBuffer<float> row)
    {
        var values = row.GetValues();
        var indices = row.GetIndices();
        var end = _starts[Rows];
        if (end + values.Length > _features.Length)
        {
            Array.Resize(ref _features, Math.Max(2 * _features.Length, end + values.Length));
        }

        if (_features.Length > _values.Length)
        {
            Array.Resize(ref _values, _features.Length);
        }

        for (var e = 0; e < values.Length; e++)
        {
            if (values[e] != 0)
            {
                _features[end] = row.IsDense ? e : indices[e];
                _values[end++] = values[e];
            }
        }

        _starts[++Rows] = end;
    }

    /// <summary>The last rows go from the tile to their columns.</summary>
    private void Turn(int rows) => Tiles.Transpose(_tile, rows, _count, _count, _values.AsSpan(Rows - rows), _stride);
}
