using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>
/// The two products of the dense form that have x as a factor, by its non-zeros: h = Wx and the part x·eᵀ of the weight gradient, e = ∂L/∂h. A slice of samples is
/// listed feature by feature (<see cref="FeatureLists"/>), so that x may be written over once h is there. Each then adds its value times a
/// row of W to that sample's row of h, or times that sample's row of e to a row of the gradient. Rows of h are chains over the features in order, as those of the whole
/// product are, which zeros leave as they are: the same bits. To a row of the gradient each slice adds two chains, the first, third, … of its non-zeros to what stands
/// there, the others from 0.
/// </summary>
internal sealed unsafe class InputLists<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Vectors of a row that are added at once.</summary>
    private const int MostVectors = RowVectors<TSimd, TF, TI>.Most;

    private readonly int _features;
    private readonly int _hidden;
    private readonly int _sliceRows;
    private readonly int _rowLength;
    private readonly PinnedBuffer _weights;
    private readonly PinnedBuffer _h;
    private readonly PinnedBuffer _e;

    // Of each slice.
    private readonly FeatureLists[] _lists;

    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Hidden dimensions m.</param>
    /// <param name="sliceRows">Samples of a slice, no more than 256: a byte has room for their numbers.</param>
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
        _lists = [.. Enumerable.Range(0, slices).Select(_ => new FeatureLists(features, sliceRows))];
    }

    /// <summary>Numbers from one row of W or of its gradient to the next, whole vectors.</summary>
    internal int RowLength => _rowLength;

    /// <summary>Takes the weights of a batch.</summary>
    internal void Begin(ReadOnlySpan<float> weights)
    {
        for (var i = 0; i < _features; i++)
        {
            weights.Slice(i * _hidden, _hidden).CopyTo(_weights.Span[(i * _rowLength)..]);
        }
    }

    /// <summary>The non-zeros of a slice.</summary>
    internal FeatureLists this[int slice] => _lists[slice];

    /// <summary>Computes h of a slice that is listed. Lanes behind its last row keep what they held: no output there counts.</summary>
    internal void TakeHidden(int slice, SampleMatrix h, int rows)
    {
        var byRow = _h.Pointer + ((nint)slice * _sliceRows * _rowLength);
        new Span<float>(byRow, rows * _rowLength).Clear();
        var list = _lists[slice];
        fixed (int* starts = list.Starts)
        fixed (byte* samples = list.Samples)
        fixed (float* values = list.Values)
        {
            for (var column = 0; column < _rowLength; column += MostVectors * TSimd.Width)
            {
                switch (Math.Min(MostVectors, (_rowLength - column) / TSimd.Width))
                {
                    case 1:
                        Scatter<One>(starts, _features, samples, values, _weights.Pointer + column, byRow + column, _rowLength);
                        break;
                    case 2:
                        Scatter<Two>(starts, _features, samples, values, _weights.Pointer + column, byRow + column, _rowLength);
                        break;
                    case 3:
                        Scatter<Three>(starts, _features, samples, values, _weights.Pointer + column, byRow + column, _rowLength);
                        break;
                    default:
                        Scatter<Four>(starts, _features, samples, values, _weights.Pointer + column, byRow + column, _rowLength);
                        break;
                }
            }
        }

        Tiles.Transpose(byRow, rows, _hidden, _rowLength, h.Start, h.Stride);
    }

    /// <summary>Takes e of a slice.</summary>
    internal void TakeErrors(int slice, SampleMatrix e, int rows) =>
        Tiles.Transpose(e.Start, _hidden, rows, e.Stride, _e.Pointer + ((nint)slice * _sliceRows * _rowLength), _rowLength);

    /// <summary>Adds x·eᵀ of some slices to some rows of the weight gradient.</summary>
    /// <param name="slice">The first slice.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="from">The first feature.</param>
    /// <param name="to">Behind the last.</param>
    /// <param name="gradient">The first one's row, <see cref="RowLength"/> numbers from the next.</param>
    internal void AddGradient(int slice, int end, int from, int to, float* gradient)
    {
        for (; slice < end; slice++)
        {
            var e = _e.Pointer + ((nint)slice * _sliceRows * _rowLength);
            var list = _lists[slice];
            fixed (int* starts = &list.Starts[from])
            fixed (byte* samples = list.Samples)
            fixed (float* values = list.Values)
            {
                for (var column = 0; column < _rowLength; column += MostVectors * TSimd.Width)
                {
                    switch (Math.Min(MostVectors, (_rowLength - column) / TSimd.Width))
                    {
                        case 1:
                            Gather<One>(starts, to - from, samples, values, e + column, gradient + column, _rowLength);
                            break;
                        case 2:
                            Gather<Two>(starts, to - from, samples, values, e + column, gradient + column, _rowLength);
                            break;
                        case 3:
                            Gather<Three>(starts, to - from, samples, values, e + column, gradient + column, _rowLength);
                            break;
                        default:
                            Gather<Four>(starts, to - from, samples, values, e + column, gradient + column, _rowLength);
                            break;
                    }
                }
            }
        }
    }

    /// <summary>Row s of C += x_is times row i of B, for all samples s with a non-zero of each feature i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Scatter<TVectors>(int* starts, nint features, byte* samples, float* values, float* b, float* c, nint rowLength)
        where TVectors : struct, ICount
    {
        nint e = 0;
        for (nint i = 1; i <= features; i++, b += rowLength)
        {
            var b0 = TSimd.Load(b);
            TF b1 = At<TVectors>(1, b), b2 = At<TVectors>(2, b), b3 = At<TVectors>(3, b);
            for (nint end = starts[i]; e < end; e++)
            {
                RowVectors<TSimd, TF, TI>.AddTo<TVectors>(TSimd.Splat(values[e]), b0, b1, b2, b3, c + (samples[e] * rowLength));
            }
        }
    }

    /// <summary>Row i of C += Σ x_is times row s of B over the samples s with a non-zero of feature i, in two chains: one would wait for itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Gather<TVectors>(int* starts, nint features, byte* samples, float* values, float* b, float* c, nint rowLength)
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
                nint one = samples[e], other = samples[e + 1];
                RowVectors<TSimd, TF, TI>.Add<TVectors>(TSimd.Splat(values[e]), b + (one * rowLength), ref c0, ref c1, ref c2, ref c3);
                RowVectors<TSimd, TF, TI>.Add<TVectors>(TSimd.Splat(values[e + 1]), b + (other * rowLength), ref d0, ref d1, ref d2, ref d3);
            }

            if (e < end)
            {
                nint sample = samples[e];
                RowVectors<TSimd, TF, TI>.Add<TVectors>(TSimd.Splat(values[e++]), b + (sample * rowLength), ref c0, ref c1, ref c2, ref c3);
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
}
