using System.Numerics;
using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>Where errors of a block of rows in one panel come from, and what they add to.</summary>
internal readonly unsafe struct LiveBlock(float* errors, float* factor, float* h, float* gradient, int rowLength, float* biasGradient, double* losses)
{
    /// <summary>x' − x of the outputs that live, sixteen a row.</summary>
    internal readonly float* Errors = errors;
    internal readonly float* Factor = factor;
    internal readonly float* H = h;
    internal readonly float* Gradient = gradient;
    internal readonly int RowLength = rowLength;
    internal readonly float* BiasGradient = biasGradient;
    internal readonly double* Losses = losses;
}

/// <summary>What <see cref="LiveOutputs{TSimd, TF, TI}"/> consists of.</summary>
internal static unsafe class LiveKernels<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Cells that are listed at once.</summary>
    internal const int AtOnce = 4;

    /// <summary>o = b + Σ x_i G_i in sixteen columns, of rows with equally many non-zeros, and which of them are not above 0.</summary>
    internal static void Outputs(int* offsets, float* values, in RowsByLength.Stretch stretch, float* gram, float* bias, float* outputs, ushort* dead)
    {
        switch (stretch.Length)
        {
            case 1:
                Outputs<One>(offsets, values, stretch, gram, bias, outputs, dead);
                break;
            case 2:
                Outputs<Two>(offsets, values, stretch, gram, bias, outputs, dead);
                break;
            case 3:
                Outputs<Three>(offsets, values, stretch, gram, bias, outputs, dead);
                break;
            case 4:
                Outputs<Four>(offsets, values, stretch, gram, bias, outputs, dead);
                break;
            case 5:
                Outputs<Five>(offsets, values, stretch, gram, bias, outputs, dead);
                break;
            default:
                Outputs<Six>(offsets, values, stretch, gram, bias, outputs, dead);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Outputs<TLength>(int* offsets, float* values, in RowsByLength.Stretch stretch, float* gram, float* bias, float* outputs, ushort* dead)
        where TLength : struct, ICount
    {
        var vectors = Lanes.Count / TSimd.Width;
        TF b0 = TSimd.Load(bias), b1 = default, b2 = default, b3 = default;
        if (vectors > 1)
        {
            b1 = TSimd.Load(bias + TSimd.Width);
        }

        if (vectors > 2)
        {
            b2 = TSimd.Load(bias + (2 * TSimd.Width));
            b3 = TSimd.Load(bias + (3 * TSimd.Width));
        }

        nint step = stretch.Step, end = step * stretch.Length, rowStep = stretch.RowStep;
        for (var rows = stretch.Rows; rows > 0; rows--)
        {
            TF o0 = b0, o1 = b1, o2 = b2, o3 = b3;
            Present(values[0], gram + offsets[0], ref o0, ref o1, ref o2, ref o3);
            if (TLength.Value > 1)
            {
                Present(values[step], gram + offsets[step], ref o0, ref o1, ref o2, ref o3);
            }

            if (TLength.Value > 2)
            {
                Present(values[2 * step], gram + offsets[2 * step], ref o0, ref o1, ref o2, ref o3);
            }

            if (TLength.Value > 3)
            {
                Present(values[3 * step], gram + offsets[3 * step], ref o0, ref o1, ref o2, ref o3);
            }

            if (TLength.Value > 4)
            {
                Present(values[4 * step], gram + offsets[4 * step], ref o0, ref o1, ref o2, ref o3);
            }

            if (TLength.Value > 5)
            {
                for (var e = 5 * step; e < end; e += step)
                {
                    Present(values[e], gram + offsets[e], ref o0, ref o1, ref o2, ref o3);
                }
            }

            var bits = TSimd.AtMostZero(o0);
            TSimd.Store(o0, outputs);
            if (vectors > 1)
            {
                bits |= TSimd.AtMostZero(o1) << TSimd.Width;
                TSimd.Store(o1, outputs + TSimd.Width);
            }

            if (vectors > 2)
            {
                bits |= (TSimd.AtMostZero(o2) << (2 * TSimd.Width)) | (TSimd.AtMostZero(o3) << (3 * TSimd.Width));
                TSimd.Store(o2, outputs + (2 * TSimd.Width));
                TSimd.Store(o3, outputs + (3 * TSimd.Width));
            }

            *dead++ = (ushort)bits;
            outputs += Lanes.Count;
            offsets += rowStep;
            values += rowStep;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Present(float number, float* g, ref TF o0, ref TF o1, ref TF o2, ref TF o3)
    {
        var value = TSimd.Splat(number);
        o0 = TSimd.MultiplyAdd(value, TSimd.Load(g), o0);
        if (Lanes.Count / TSimd.Width > 1)
        {
            o1 = TSimd.MultiplyAdd(value, TSimd.Load(g + TSimd.Width), o1);
        }

        if (Lanes.Count / TSimd.Width > 2)
        {
            o2 = TSimd.MultiplyAdd(value, TSimd.Load(g + (2 * TSimd.Width)), o2);
            o3 = TSimd.MultiplyAdd(value, TSimd.Load(g + (3 * TSimd.Width)), o3);
        }
    }

    /// <summary>Targets of 16 columns: outputs that live become errors; where others should, the loss is their target's.</summary>
    /// <param name="present">Targets that are not 0, with their cells from the block's first on.</param>
    /// <param name="count">How many.</param>
    /// <param name="firstCell">The block's first cell.</param>
    /// <param name="dead">Which outputs do not live, sixteen bits a row.</param>
    /// <param name="outputs">Outputs, sixteen a row.</param>
    /// <param name="factor">2 I, times the scale of the gradient.</param>
    /// <param name="losses">Sums factor·x².</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Compare(Listed* present, nint count, int firstCell, ushort* dead, float* outputs, float* factor, double* losses)
    {
        for (; count > 0; count--, present++)
        {
            nint cell = present->Offset - firstCell;
            nint row = cell >> 4, column = cell & (Lanes.Count - 1);
            var x = present->Value;
            outputs[cell] -= x;

            // Added either way: whether a feature that is present has an output that lives is not to be foreseen.
            var isDead = (dead[row] >> (int)column) & 1;
            losses[column] += isDead * (double)factor[column] * x * x;
        }
    }

    /// <summary>Lists the cells of outputs that live.</summary>
    /// <returns>How many; what stands behind them, up to <see cref="AtOnce"/> more, is written over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static int List(ulong* dead, nint words, Listed* listed)
    {
        var end = listed;
        var first = 0;
        for (nint word = 0; word < words; word++, first += 64)
        {
            // Some at once without a branch: how many live is not to be foreseen, but seldom more.
            var live = ~dead[word];
            var count = BitOperations.PopCount(live);
            end[0] = new(0, first + BitOperations.TrailingZeroCount(live));
            live &= live - 1;
            end[1] = new(0, first + BitOperations.TrailingZeroCount(live));
            live &= live - 1;
            end[2] = new(0, first + BitOperations.TrailingZeroCount(live));
            live &= live - 1;
            end[3] = new(0, first + BitOperations.TrailingZeroCount(live));
            for (var more = AtOnce; more < count; more++)
            {
                live &= live - 1;
                end[more] = new(0, first + BitOperations.TrailingZeroCount(live));
            }

            end += count;
        }

        return (int)(end - listed);
    }

    /// <summary>Errors of the outputs listed: d·h is added to the gradient.</summary>
    internal static void Back(in LiveBlock block, Listed* listed, int count)
    {
        switch (block.RowLength / (2 * TSimd.Width))
        {
            case 1:
                Back<One>(block, listed, count);
                break;
            case 2:
                Back<Two>(block, listed, count);
                break;
            default:
                Back<Three>(block, listed, count);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Back<TPairs>(in LiveBlock block, Listed* listed, int count)
        where TPairs : struct, ICount
    {
        var losses = block.Losses;
        float* errors = block.Errors, factor = block.Factor, h = block.H, gradient = block.Gradient, biasGradient = block.BiasGradient;
        nint rowLength = block.RowLength;
        for (; count > 0; count--, listed++)
        {
            nint cell = listed->Offset;
            nint row = cell >> 4, column = cell & (Lanes.Count - 1);
            var error = errors[cell];
            var d = factor[column] * error;
            losses[column] += (double)d * error;
            biasGradient[column] += d;
            *listed = new(d, (int)cell);
            Add<TPairs>(TSimd.Splat(d), h + (row * rowLength), gradient + (column * rowLength), rowLength);
        }
    }

    /// <summary>Adds value·from[column] to row after row of listed cells of one panel: e += d·W_j.</summary>
    internal static void AddToRows(Listed* listed, int count, float* from, float* rows, int rowLength) => AddListed<On>(listed, count, from, rows, rowLength);

    /// <summary>Adds value·from[row] to column after column of listed cells of one panel: ∂L/∂W_i += x·e.</summary>
    internal static void AddToColumns(Listed* listed, int count, float* from, float* columns, int rowLength) => AddListed<Off>(listed, count, from, columns, rowLength);

    private static void AddListed<TToRows>(Listed* listed, int count, float* from, float* to, int rowLength)
        where TToRows : struct, ISwitch
    {
        switch (rowLength / (2 * TSimd.Width))
        {
            case 1:
                AddListed<TToRows, One>(listed, count, from, to, rowLength);
                break;
            case 2:
                AddListed<TToRows, Two>(listed, count, from, to, rowLength);
                break;
            default:
                AddListed<TToRows, Three>(listed, count, from, to, rowLength);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddListed<TToRows, TPairs>(Listed* listed, int count, float* from, float* to, nint rowLength)
        where TToRows : struct, ISwitch
        where TPairs : struct, ICount
    {
        for (; count > 0; count--, listed++)
        {
            nint cell = listed->Offset;
            nint row = (cell >> 4) * rowLength, column = (cell & (Lanes.Count - 1)) * rowLength;
            Add<TPairs>(TSimd.Splat(listed->Value), from + (TToRows.IsOn ? column : row), to + (TToRows.IsOn ? row : column), rowLength);
        }
    }

    /// <summary>to += value·from, one or two pairs of vectors, or where the number is three as many as the row has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TPairs>(TF value, float* from, float* to, nint rowLength)
        where TPairs : struct, ICount
    {
        AddPair(value, from, to);
        if (TPairs.Value > 1)
        {
            AddPair(value, from + (2 * TSimd.Width), to + (2 * TSimd.Width));
        }

        if (TPairs.Value > 2)
        {
            for (nint k = 4 * TSimd.Width; k < rowLength; k += 2 * TSimd.Width)
            {
                AddPair(value, from + k, to + k);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPair(TF value, float* from, float* to)
    {
        TSimd.Store(TSimd.MultiplyAdd(value, TSimd.Load(from), TSimd.Load(to)), to);
        TSimd.Store(TSimd.MultiplyAdd(value, TSimd.Load(from + TSimd.Width), TSimd.Load(to + TSimd.Width)), to + TSimd.Width);
    }
}
