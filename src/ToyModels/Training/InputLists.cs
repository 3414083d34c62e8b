using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>
/// The two products of the dense form that have x as a factor, by its non-zeros: h = Wx and the part x·eᵀ of the weight gradient, e = ∂L/∂h. A slice of samples is
/// listed feature by feature; each non-zero then adds its value times a row of W to its sample's row of h, or its value times its sample's row of e to a row of
/// the gradient. Rows of h are chains over the features in order, as those of the whole product are, which zeros leave as they are: the same bits. Rows of the gradient
/// are two chains each, of the first, third, … and of the other non-zeros of each slice.
/// </summary>
internal sealed unsafe class InputLists<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Vectors of a row that are added at once.</summary>
    private const int MostVectors = 4;

    private readonly int _features;
    private readonly int _hidden;
    private readonly int _sliceRows;
    private readonly int _rowLength;
    private readonly PinnedBuffer _weights;
    private readonly PinnedBuffer _h;
    private readonly PinnedBuffer _e;

    // Of each slice: where its features' non-zeros begin, how far its sample's row is for each, and its value.
    private readonly int[][] _starts;
    private readonly int[][] _offsets;
    private readonly float[][] _values;
    private readonly int[] _distances;

    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Hidden dimensions m.</param>
    /// <param name="sliceRows">Samples of a slice.</param>
    /// <param name="slices">Slices of a chunk.</param>
    internal InputLists(int features, int hidden, int sliceRows, int slices)
    {
        _features = features;
        _hidden = hidden;
        _sliceRows = sliceRows;
        _rowLength = (hidden + TSimd.Width - 1) / TSimd.Width * TSimd.Width;
        _weights = new((long)features * _rowLength);
        _h = new((long)slices * sliceRows * _rowLength);
        _e = new((long)slices * sliceRows * _rowLength);
        _distances = [.. Eights.Places.Select(place => place * _rowLength)];
        _starts = [.. Enumerable.Range(0, slices).Select(_ => new int[features + 1])];
        _offsets = [.. Enumerable.Range(0, slices).Select(_ => new int[(features * sliceRows) + Eights.Count])];
        _values = [.. Enumerable.Range(0, slices).Select(_ => new float[(features * sliceRows) + Eights.Count])];
    }

    /// <summary>Numbers that a thread needs for <see cref="AddGradient"/> of so many features.</summary>
    internal int RoomFor(int features) => features * _rowLength;

    /// <summary>Takes the weights of a batch.</summary>
    internal void Begin(ReadOnlySpan<float> weights)
    {
        for (var i = 0; i < _features; i++)
        {
            weights.Slice(i * _hidden, _hidden).CopyTo(_weights.Span[(i * _rowLength)..]);
        }
    }

    /// <summary>Lists a slice, and computes its h. Lanes behind its last row keep what they held: no output there counts.</summary>
    internal void TakeHidden(int slice, SampleMatrix x, SampleMatrix h, int rows)
    {
        var byRow = _h.Pointer + ((nint)slice * _sliceRows * _rowLength);
        new Span<float>(byRow, rows * _rowLength).Clear();
        fixed (int* starts = _starts[slice], offsets = _offsets[slice])
        fixed (float* values = _values[slice])
        {
            fixed (int* places = Eights.Places, distances = _distances)
            {
                List(x, _features, rows, places, distances, _rowLength, starts, offsets, values);
            }

            for (var column = 0; column < _rowLength; column += MostVectors * TSimd.Width)
            {
                switch (Math.Min(MostVectors, (_rowLength - column) / TSimd.Width))
                {
                    case 1:
                        Scatter<One>(starts, _features, offsets, values, _weights.Pointer + column, _rowLength, byRow + column);
                        break;
                    case 2:
                        Scatter<Two>(starts, _features, offsets, values, _weights.Pointer + column, _rowLength, byRow + column);
                        break;
                    case 3:
                        Scatter<Three>(starts, _features, offsets, values, _weights.Pointer + column, _rowLength, byRow + column);
                        break;
                    default:
                        Scatter<Four>(starts, _features, offsets, values, _weights.Pointer + column, _rowLength, byRow + column);
                        break;
                }
            }
        }

        Tiles.Transpose(new(byRow, rows * _rowLength), rows, _hidden, _rowLength, new(h.Start, (int)((_hidden - 1) * h.Stride) + rows), (int)h.Stride);
    }

    /// <summary>Takes e of a slice.</summary>
    internal void TakeErrors(int slice, SampleMatrix e, int rows) =>
        Tiles.Transpose(
            new(e.Start, (int)((_hidden - 1) * e.Stride) + rows), _hidden, rows, (int)e.Stride,
            _e.Span[(slice * _sliceRows * _rowLength)..], _rowLength);

    /// <summary>Adds x·eᵀ of some slices to some rows of the weight gradient.</summary>
    /// <param name="slice">The first slice.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="from">The first feature.</param>
    /// <param name="to">Behind the last.</param>
    /// <param name="gradient">The first one's row; rows are m numbers apart.</param>
    /// <param name="room">As many numbers as <see cref="RoomFor"/> tells.</param>
    internal void AddGradient(int slice, int end, int from, int to, float* gradient, float* room)
    {
        new Span<float>(room, RoomFor(to - from)).Clear();
        for (; slice < end; slice++)
        {
            var e = _e.Pointer + ((nint)slice * _sliceRows * _rowLength);
            fixed (int* starts = &_starts[slice][from], offsets = _offsets[slice])
            fixed (float* values = _values[slice])
            {
                for (var column = 0; column < _rowLength; column += MostVectors * TSimd.Width)
                {
                    switch (Math.Min(MostVectors, (_rowLength - column) / TSimd.Width))
                    {
                        case 1:
                            Gather<One>(starts, to - from, offsets, values, e + column, room + column, _rowLength);
                            break;
                        case 2:
                            Gather<Two>(starts, to - from, offsets, values, e + column, room + column, _rowLength);
                            break;
                        case 3:
                            Gather<Three>(starts, to - from, offsets, values, e + column, room + column, _rowLength);
                            break;
                        default:
                            Gather<Four>(starts, to - from, offsets, values, e + column, room + column, _rowLength);
                            break;
                    }
                }
            }
        }

        for (var i = 0; i < to - from; i++, gradient += _hidden, room += _rowLength)
        {
            for (var k = 0; k < _hidden; k++)
            {
                gradient[k] += room[k];
            }
        }
    }

    /// <summary>Lists the non-zeros of each feature's samples. What stands behind them, up to eight more, may be written over.</summary>
    /// <param name="x">The samples.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="rows">Number of samples.</param>
    /// <param name="places"><see cref="Eights.Places"/>.</param>
    /// <param name="distances">The same times <paramref name="rowLength"/>.</param>
    /// <param name="rowLength">From one sample's row to the next.</param>
    /// <param name="starts">Receives where the non-zeros of each feature begin, and where the last end.</param>
    /// <param name="offsets">Receives how far each one's row is.</param>
    /// <param name="values">Receives its value.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void List(SampleMatrix x, nint features, nint rows, int* places, int* distances, int rowLength, int* starts, int* offsets, float* values)
    {
        nint found = 0;
        for (nint i = 0; i < features; i++)
        {
            starts[i] = (int)found;
            var numbers = x.Start + (i * x.Stride);
            nint s = 0;
            if (Avx2.IsSupported)
            {
                // Without a branch for each: whether a feature is present is not to be foreseen.
                Vector256<int> distance = default, step = Vector256.Create(Eights.Count * rowLength);
                for (; s + Eights.Count <= rows; s += Eights.Count)
                {
                    var eight = Vector256.Load(numbers + s);
                    nint present = (int)(Vector256.Equals(eight, default).ExtractMostSignificantBits() ^ 0xFF);
                    Avx2.PermuteVar8x32(eight, Vector256.Load(places + (Eights.Count * present))).Store(values + found);
                    (Vector256.Load(distances + (Eights.Count * present)) + distance).Store(offsets + found);
                    distance += step;
                    found += BitOperations.PopCount((uint)present);
                }
            }

            for (; s < rows; s++)
            {
                values[found] = numbers[s];
                offsets[found] = (int)s * rowLength;
                found += numbers[s] != 0 ? 1 : 0;
            }
        }

        starts[features] = (int)found;
    }

    /// <summary>Row offset of C += value times row i of B, for all non-zeros of each feature i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Scatter<TVectors>(int* starts, nint features, int* offsets, float* values, float* b, nint rowLength, float* c)
        where TVectors : struct, ICount
    {
        nint e = 0;
        for (nint i = 1; i <= features; i++, b += rowLength)
        {
            var b0 = TSimd.Load(b);
            TF b1 = At<TVectors>(1, b), b2 = At<TVectors>(2, b), b3 = At<TVectors>(3, b);
            for (nint end = starts[i]; e < end; e++)
            {
                var value = TSimd.Splat(values[e]);
                var row = c + offsets[e];
                TSimd.Store(TSimd.MultiplyAdd(value, b0, TSimd.Load(row)), row);
                if (TVectors.Value > 1)
                {
                    TSimd.Store(TSimd.MultiplyAdd(value, b1, TSimd.Load(row + TSimd.Width)), row + TSimd.Width);
                }

                if (TVectors.Value > 2)
                {
                    TSimd.Store(TSimd.MultiplyAdd(value, b2, TSimd.Load(row + (2 * TSimd.Width))), row + (2 * TSimd.Width));
                }

                if (TVectors.Value > 3)
                {
                    TSimd.Store(TSimd.MultiplyAdd(value, b3, TSimd.Load(row + (3 * TSimd.Width))), row + (3 * TSimd.Width));
                }
            }
        }
    }

    /// <summary>Row i of C += Σ value times row offset of B over the non-zeros of feature i, in two chains: one would wait for itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Gather<TVectors>(int* starts, nint features, int* offsets, float* values, float* b, float* c, nint rowLength)
        where TVectors : struct, ICount
    {
        nint e = starts[0];
        for (nint i = 1; i <= features; i++, c += rowLength)
        {
            TF c0 = TSimd.Load(c), c1 = At<TVectors>(1, c), c2 = At<TVectors>(2, c), c3 = At<TVectors>(3, c);
            TF d0 = default, d1 = default, d2 = default, d3 = default;
            nint end = starts[i];
            for (; e + 1 < end; e += 2)
            {
                Add<TVectors>(TSimd.Splat(values[e]), b + offsets[e], ref c0, ref c1, ref c2, ref c3);
                Add<TVectors>(TSimd.Splat(values[e + 1]), b + offsets[e + 1], ref d0, ref d1, ref d2, ref d3);
            }

            if (e < end)
            {
                Add<TVectors>(TSimd.Splat(values[e]), b + offsets[e], ref c0, ref c1, ref c2, ref c3);
                e++;
            }

            TSimd.Store(TSimd.Add(c0, d0), c);
            if (TVectors.Value > 1)
            {
                TSimd.Store(TSimd.Add(c1, d1), c + TSimd.Width);
            }

            if (TVectors.Value > 2)
            {
                TSimd.Store(TSimd.Add(c2, d2), c + (2 * TSimd.Width));
            }

            if (TVectors.Value > 3)
            {
                TSimd.Store(TSimd.Add(c3, d3), c + (3 * TSimd.Width));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF At<TVectors>(int vector, float* row)
        where TVectors : struct, ICount
        => vector < TVectors.Value ? TSimd.Load(row + (vector * TSimd.Width)) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVectors>(TF value, float* b, ref TF c0, ref TF c1, ref TF c2, ref TF c3)
        where TVectors : struct, ICount
    {
        c0 = TSimd.MultiplyAdd(value, TSimd.Load(b), c0);
        if (TVectors.Value > 1)
        {
            c1 = TSimd.MultiplyAdd(value, TSimd.Load(b + TSimd.Width), c1);
        }

        if (TVectors.Value > 2)
        {
            c2 = TSimd.MultiplyAdd(value, TSimd.Load(b + (2 * TSimd.Width)), c2);
        }

        if (TVectors.Value > 3)
        {
            c3 = TSimd.MultiplyAdd(value, TSimd.Load(b + (3 * TSimd.Width)), c3);
        }
    }
}
