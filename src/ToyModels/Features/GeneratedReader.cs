using System.Numerics;
using System.Runtime.InteropServices;

namespace ToyModels;

/// <summary>Walks the passes over generated rows. A whole block goes straight to its place; part of one is taken out of a kept block.</summary>
internal sealed class GeneratedReader(FeatureSampler sampler, long rows, int? epochs) : SampleReader
{
    private readonly int _features = sampler.Distribution.Count;
    private readonly int _blockRows = sampler.BlockRows;
    private readonly int _rowBits = BitOperations.Log2((uint)sampler.BlockRows);
    private float[] _kept = [];
    private long _keptBlock = -1;
    private readonly SparseBlock _listed = new(sampler.Distribution.Count);
    private long _listedBlock = -1;
    private NonEmptyBlock? _nonEmpty;
    private NonEmptyDraw _next = new(-1, default, 0);
    private readonly List<LengthPiece> _pieces = [new(sampler)];
    private int _lastPiece;
    private long _row;
    private int _epoch;

    /// <summary>The block of the next row: blocks hold a power of two.</summary>
    private long Block => _row >> _rowBits;

    public override int Read(Span<float> destination, int samples, int stride)
    {
        RequireRoom(destination, _features, samples, stride);
        return ReadOn(destination, 0, samples, stride);
    }

    internal override int ReadOrClaim(Span<float> destination, int samples, int stride, int mostBlockRows, out RowClaim claim)
    {
        RequireRoom(destination, _features, samples, stride);
        var blocks = _blockRows <= mostBlockRows && (_row & (_blockRows - 1)) == 0 ? (int)(Math.Min(samples, rows - _row) / _blockRows) : 0;
        claim = new RowClaim(sampler, Block, blocks);
        _row += claim.Rows;
        return claim.Rows == samples ? samples : ReadOn(destination, claim.Rows, samples, stride);
    }

    public override int ReadSparse(SparseSamples destination, int samples, int features)
    {
        if (!sampler.IsListed)
        {
            return base.ReadSparse(destination, samples, features);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        destination.Clear();
        var read = 0;
        while (read < samples && Next(samples - read, out var offset, out var take))
        {
            if (_listedBlock != Block)
            {
                _listedBlock = Block;
                sampler.ListBlock(_listedBlock, _listed);
            }

            destination.AddBlock(_listed, offset, take);
            _row += take;
            read += take;
        }

        return read;
    }

    internal override unsafe int ReadNonEmpty(PinnedBuffer destination, int features, int samples, int stride, out int kept)
    {
        if (!sampler.LeavesEmptyRowsOut)
        {
            return base.ReadNonEmpty(destination, features, samples, stride, out kept);
        }

        RequireRoom(destination.Span, features, samples, stride);
        var read = 0;
        kept = 0;
        while (read < samples && Next(samples - read, out var offset, out var take))
        {
            if (take == _blockRows)
            {
                var draw = _next.Block == Block ? _next : sampler.BeginNonEmpty(Block);
                sampler.FillNonEmpty(draw, destination.Pointer + kept, stride);
                kept += draw.Rows;

                // Known early, the number of rows is at hand where loops over them end.
                _next = sampler.BeginNonEmpty(Block + 1);
            }
            else
            {
                _nonEmpty ??= new(sampler);
                kept += _nonEmpty.Copy(Block, offset, take, destination.Span[kept..], stride);
            }

            _row += take;
            read += take;
        }

        return read;
    }

    internal override int ReadByLength(RowsByLength destination, int samples, int features)
    {
        if (!sampler.IsByLength)
        {
            return base.ReadByLength(destination, samples, features);
        }

        var (read, pieces) = (0, 0);
        while (read < samples && Next(samples - read, out var offset, out var take))
        {
            if (pieces == _pieces.Count)
            {
                _pieces.Add(new LengthPiece(sampler));
            }

            // Of the last block there may be rows left.
            if (pieces == 0 && _pieces[_lastPiece].IsOf(Block))
            {
                (_pieces[0], _pieces[_lastPiece]) = (_pieces[_lastPiece], _pieces[0]);
            }

            _pieces[pieces++].Take(Block, offset, take);
            _row += take;
            read += take;
        }

        _lastPiece = Math.Max(pieces - 1, 0);
        destination.Take(CollectionsMarshal.AsSpan(_pieces)[..pieces]);
        return read;
    }

    /// <summary>Reads on where <paramref name="read"/> rows are read already.</summary>
    private int ReadOn(Span<float> destination, int read, int samples, int stride)
    {
        while (read < samples && Next(samples - read, out var offset, out var take))
        {
            if (take == _blockRows)
            {
                var blocks = (int)(Math.Min(samples - read, rows - _row) >> _rowBits);
                sampler.FillBlocks(Block, blocks, destination[read..], stride);
                take = blocks << _rowBits;
            }
            else if (sampler.IsByLength)
            {
                PutPiece(offset, take, destination[read..], stride);
            }
            else
            {
                CopyFromKept(Block, offset, take, destination[read..], stride);
            }

            _row += take;
            read += take;
        }

        ClearRest(destination, _features, read, stride);
        return read;
    }

    /// <summary>The next stretch of rows within one block.</summary>
    /// <returns>Whether there is one: there is none at the end of the last pass.</returns>
    private bool Next(int wanted, out int offset, out int take)
    {
        if (_row == rows)
        {
            if (_epoch + 1 == epochs)
            {
                (offset, take) = (0, 0);
                return false;
            }

            _epoch++;
            _row = 0;
        }

        offset = (int)(_row & (_blockRows - 1));
        take = (int)Math.Min(Math.Min(wanted, rows - _row), _blockRows - offset);
        return true;
    }

    private void PutPiece(int offset, int take, Span<float> destination, int stride)
    {
        for (var feature = 0; feature < _features; feature++)
        {
            destination.Slice(feature * stride, take).Clear();
        }

        var piece = _pieces[_lastPiece];
        piece.Take(Block, offset, take);
        piece.CopyTo(destination, stride);
    }

    private void CopyFromKept(long block, int offset, int take, Span<float> destination, int stride)
    {
        if (_keptBlock != block)
        {
            _kept = _kept.Length == 0 ? new float[_features * _blockRows] : _kept;
            sampler.FillBlock(block, _kept);
            _keptBlock = block;
        }

        for (var feature = 0; feature < _features; feature++)
        {
            _kept.AsSpan((feature * _blockRows) + offset, take).CopyTo(destination[(feature * stride)..]);
        }
    }
}
