using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>
/// Tells in a hurry which outputs of a row may live: o_j = b_j + Σ_i x_i G_ij with G = WᵀW, in whole numbers of sixteen bits and with a margin for all that they round,
/// so that no output above 0 is missed, and few others pass. A vector holds twice as many of them as of single precision, and G half the bytes. What passes is computed
/// by others: the screen decides no bit. So G may be that of a batch before: as long as weights have moved little, it costs less to let some outputs more pass.
/// <para>
/// With S = max(|b_j|, |W_j|²), hence |G_ij| ≤ S, the matrix holds ⌊G_ij · 32767 / S⌉, and b as one row more, whose x is 1. The values of a row of k non-zeros
/// are divided by 1 + Σ|x_i|, so that no sum leaves its sixteen bits, times 32767 less twice the margin. A product's upper half, rounded, is off
/// by 1/2, and by another 1/2 for x, so that o_j is off by k + 1; G adds 1/2 for the whole row, and single precision, in which G and the output itself are computed,
/// some 2⁻⁹ (m + k). Where W has moved by V since G was taken, o_j is off by (W − V)_j·Vx + V_j·h, no more than Σ |x_i| (w |V_i| + v |W_i|) with w the longest row
/// then, and v the longest of V. Outputs that are above 0 then come out above minus the margin of their row, which is added beforehand; the sign tells.
/// </para>
/// <para>
/// Layout: rows of G, columns in blocks of 32. Where a vector has 32 numbers of sixteen bits they stand in order; else a block is two vectors of sixteen, features 0–7 and
/// 16–23, then 8–15 and 24–31, as instructions want them that join signs to 32 bits in order.
/// </para>
/// </summary>
internal sealed unsafe class OutputScreen
{
    /// <summary>Columns of a block: bits of half a word.</summary>
    internal const int BlockColumns = 32;

    /// <summary>Columns of a vector.</summary>
    private const int VectorColumns = BlockColumns / 2;

    /// <summary>What numbers of sixteen bits reach.</summary>
    private const int Most = short.MaxValue;

    /// <summary>Squares of weights, and biases, up to which the screen looks at anything: all outputs pass beyond, and where one is not a number.</summary>
    private const float Largest = 1e30f;

    /// <summary>The largest margin that leaves room for sums: all outputs pass beyond.</summary>
    private const int LargestMargin = Most / 2;

    private readonly int _features;
    private readonly int _hidden;
    private readonly int _rowLength;
    private readonly bool _isWide;
    private readonly PinnedBuffer _gram;

    // Rows of W as G has them.
    private readonly PinnedBuffer _taken;

    // Of each feature |W_i|² and |V_i|², which is no number where all outputs pass, and what outputs may be off by, a unit of |x_i|; zeros up to whole vectors.
    private readonly PinnedBuffer _squaresOfRows;
    private readonly PinnedBuffer _squaresOfMoves;
    private readonly PinnedBuffer _offs;

    // The longest row that G has.
    private float _longest;

    // 32767 / S, 0 where all outputs pass.
    private float _scale;

    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Hidden dimensions m.</param>
    /// <param name="isWide">Whether vectors of 512 bits are to be used, if the hardware has them.</param>
    internal OutputScreen(int features, int hidden, bool isWide)
    {
        _isWide = isWide && Avx512BW.IsSupported;
        (_features, _hidden, Columns) = (features, hidden, (features + BlockColumns - 1) / BlockColumns * BlockColumns);
        _rowLength = Columns;
        _gram = new((((long)(features + 1) * _rowLength) + BlockColumns) / 2);
        _taken = new((long)features * hidden);
        (_squaresOfRows, _squaresOfMoves, _offs) = (new(Columns), new(Columns), new(Columns));
        for (var j = features; j < Columns; j++)
        {
            *At(_features, j) = -Most;
        }
    }

    /// <summary>Features, rounded up to whole blocks.</summary>
    internal int Columns { get; }

    /// <summary>Words of 64 outputs that a row has.</summary>
    internal int Words => (Columns + (2 * BlockColumns) - 1) / (2 * BlockColumns);

    private short* Gram => (short*)_gram.Pointer;

    /// <summary>Begins to take G, which <see cref="TakeGram"/> completes for each sixteen features.</summary>
    internal void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        var (square, largest) = (0f, 0f);
        for (var i = 0; i < _features; i++)
        {
            var sum = 0f;
            foreach (var weight in weights.Slice(i * _hidden, _hidden))
            {
                sum += weight * weight;
            }

            square = MathF.Max(square, sum);
            largest = MathF.Max(largest, MathF.Abs(bias[i]));
        }

        // A little more, for what single precision rounds, and for biases that grow; not too little to divide by.
        largest = MathF.Max(largest, square);
        _scale = largest < Largest ? Most / MathF.Max(largest * 1.1f, 1 / Largest) : 0;
        _longest = MathF.Sqrt(square);
    }

    /// <summary>Takes G's columns j … j + 15 from row j down, which are its rows j … j + 15, too.</summary>
    /// <param name="j">The first.</param>
    /// <param name="weights">Rows of W that it is of, from row j on.</param>
    /// <param name="gram">Sixteen columns a row; zeros past the last feature.</param>
    internal void TakeGram(int j, ReadOnlySpan<float> weights, float* gram)
    {
        var square = stackalloc float[Lanes.Count * Lanes.Count];
        var columns = Math.Min(Lanes.Count, _features - j);
        for (var i = j; i < _features; i++)
        {
            Put(gram + ((i - j) * Lanes.Count), i, j);
        }

        for (var i = j + Lanes.Count; i < _features; i += Lanes.Count)
        {
            var rows = Math.Min(Lanes.Count, _features - i);
            if (rows < Lanes.Count)
            {
                new Span<float>(square, Lanes.Count * Lanes.Count).Clear();
            }

            Tiles.Transpose(gram + ((i - j) * Lanes.Count), rows, columns, Lanes.Count, square, Lanes.Count);
            for (var row = 0; row < columns; row++)
            {
                Put(square + (row * Lanes.Count), j + row, i);
            }
        }

        weights[..(columns * _hidden)].CopyTo(_taken.Span[(j * _hidden)..]);
    }

    /// <summary>Takes what G is to be told apart from, and biases: of features j … j + 15.</summary>
    /// <param name="j">The first.</param>
    /// <param name="weights">Rows of W, from row j on.</param>
    /// <param name="bias">Their biases.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Take(int j, ReadOnlySpan<float> weights, float* bias)
    {
        var rows = Math.Min(Lanes.Count, _features - j);
        fixed (float* first = weights[..(rows * _hidden)])
        {
            for (var i = 0; i < rows; i++)
            {
                Squares(first + (i * _hidden), _taken.Pointer + ((nint)(j + i) * _hidden), _hidden, _squaresOfRows.Pointer + j + i, _squaresOfMoves.Pointer + j + i);

                // A bias that is too low to be told would pass too often, one that is too high too seldom.
                var number = Math.Max(bias[i] * _scale, -Most);
                var isTold = number <= Most;
                *At(_features, j + i) = isTold ? (short)Round(number) : default;
                if (!isTold)
                {
                    _squaresOfMoves.Pointer[j + i] = float.NaN;
                }
            }
        }
    }

    /// <summary>Completes the beginning of a batch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Ready()
    {
        float* squares = _squaresOfRows.Pointer, moves = _squaresOfMoves.Pointer;
        Vector256<float> most = default;
        for (nint i = 0; i < Columns; i += Vector256<float>.Count)
        {
            most = Vector256.Max(most, Vector256.Load(moves + i));
        }

        var largest = 0f;
        for (var lane = 0; lane < Vector256<float>.Count; lane++)
        {
            largest = MathF.Max(largest, most[lane]);
        }

        Vector256<float> longest = Vector256.Create(_longest), move = Vector256.Create(MathF.Sqrt(largest));
        for (nint i = 0; i < Columns; i += Vector256<float>.Count)
        {
            ((longest * Vector256.Sqrt(Vector256.Load(moves + i))) + (move * Vector256.Sqrt(Vector256.Load(squares + i)))).Store(_offs.Pointer + i);
        }
    }

    /// <summary>Lists rows of equally many non-zeros for <see cref="Look"/>.</summary>
    /// <param name="offsets">Sixteen times the feature of each non-zero of the first row.</param>
    /// <param name="values">Their values.</param>
    /// <param name="stretch">How rows and non-zeros lie.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="screened">Receives one more a row than it has non-zeros.</param>
    /// <param name="margins">Receives what sums of each row may be off by.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal void List(int* offsets, float* values, in RowsByLength.Stretch stretch, int rows, Screened* screened, short* margins)
    {
        nint step = stretch.Step, end = step * stretch.Length, rowStep = stretch.RowStep;
        var least = 3 + stretch.Length + ((_hidden + (3 * stretch.Length)) / 128);
        nint rowLength = _rowLength;
        var bias = (int)(_features * rowLength);
        var offs = _offs.Pointer;
        for (; rows > 0; rows--, offsets += rowStep, values += rowStep)
        {
            var (norm, sum) = (1f, 0f);
            for (nint e = 0; e < end; e += step)
            {
                var size = MathF.Abs(values[e]);
                norm += size;
                sum += size * offs[(uint)offsets[e] / Lanes.Count];
            }

            // A little more, for what single precision rounds.
            var off = 1.001f * _scale * sum / norm;
            var margin = off < LargestMargin - least ? least + (int)MathF.Ceiling(off) : LargestMargin;
            *margins++ = (short)margin;
            var scale = (Most - (2 * margin)) / norm;
            for (nint e = 0; e < end; e += step)
            {
                *screened++ = new((int)((uint)offsets[e] / Lanes.Count * (nuint)rowLength), Round(values[e] * scale));
            }

            *screened++ = new(bias, Round(scale));
        }
    }

    /// <summary>Tells of rows of equally many non-zeros which outputs cannot live: a bit for each, <see cref="Words"/> a row.</summary>
    /// <param name="screened">The rows.</param>
    /// <param name="margins">What is added beforehand.</param>
    /// <param name="length">Non-zeros a row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="dead">Receives the bits; those past the last feature may be 0.</param>
    internal void Look(Screened* screened, short* margins, int length, int rows, ulong* dead)
    {
        if (_isWide)
        {
            LookWide(screened, margins, length + 1, rows, dead);
        }
        else
        {
            LookNarrow(screened, margins, length + 1, rows, dead);
        }
    }

    /// <summary>A block is a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void LookWide(Screened* screened, short* margins, nint entries, int rows, ulong* dead)
    {
        nint columns = Columns;
        for (; rows > 0; rows--, screened += entries)
        {
            var margin = Vector512.Create(*margins++);
            var gram = Gram;
            nint column = 0;
            for (; column + (4 * BlockColumns) <= columns; column += 4 * BlockColumns, gram += 4 * BlockColumns)
            {
                Vector512<short> a = margin, b = margin, c = margin, d = margin;
                for (nint e = 0; e < entries; e++)
                {
                    var value = Vector512.Create(screened[e].Twice).AsInt16();
                    var row = gram + screened[e].Row;
                    a += Avx512BW.MultiplyHighRoundScale(Vector512.Load(row), value);
                    b += Avx512BW.MultiplyHighRoundScale(Vector512.Load(row + BlockColumns), value);
                    c += Avx512BW.MultiplyHighRoundScale(Vector512.Load(row + (2 * BlockColumns)), value);
                    d += Avx512BW.MultiplyHighRoundScale(Vector512.Load(row + (3 * BlockColumns)), value);
                }

                *dead++ = a.ExtractMostSignificantBits() | (b.ExtractMostSignificantBits() << BlockColumns);
                *dead++ = c.ExtractMostSignificantBits() | (d.ExtractMostSignificantBits() << BlockColumns);
            }

            for (; column < columns; column += 2 * BlockColumns, gram += 2 * BlockColumns)
            {
                // Behind the last block of a row another row begins, or room that nobody reads.
                Vector512<short> a = margin, b = margin;
                for (nint e = 0; e < entries; e++)
                {
                    var value = Vector512.Create(screened[e].Twice).AsInt16();
                    var row = gram + screened[e].Row;
                    a += Avx512BW.MultiplyHighRoundScale(Vector512.Load(row), value);
                    b += Avx512BW.MultiplyHighRoundScale(Vector512.Load(row + BlockColumns), value);
                }

                var isLast = column + BlockColumns == columns;
                *dead++ = a.ExtractMostSignificantBits() | ((isLast ? uint.MaxValue : b.ExtractMostSignificantBits()) << BlockColumns);
            }
        }
    }

    /// <summary>A block is two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void LookNarrow(Screened* screened, short* margins, nint entries, int rows, ulong* dead)
    {
        nint columns = Columns;
        for (; rows > 0; rows--, screened += entries)
        {
            var margin = Vector256.Create(*margins++);
            var gram = Gram;
            nint column = 0;
            for (; column + (2 * BlockColumns) <= columns; column += 2 * BlockColumns, gram += 2 * BlockColumns)
            {
                Vector256<short> a = margin, b = margin, c = margin, d = margin;
                for (nint e = 0; e < entries; e++)
                {
                    var value = Vector256.Create(screened[e].Twice).AsInt16();
                    var row = gram + screened[e].Row;
                    a += UpperHalf(Vector256.Load(row), value);
                    b += UpperHalf(Vector256.Load(row + VectorColumns), value);
                    c += UpperHalf(Vector256.Load(row + BlockColumns), value);
                    d += UpperHalf(Vector256.Load(row + BlockColumns + VectorColumns), value);
                }

                *dead++ = Signs(a, b) | ((ulong)Signs(c, d) << BlockColumns);
            }

            if (column < columns)
            {
                Vector256<short> a = margin, b = margin;
                for (nint e = 0; e < entries; e++)
                {
                    var value = Vector256.Create(screened[e].Twice).AsInt16();
                    var row = gram + screened[e].Row;
                    a += UpperHalf(Vector256.Load(row), value);
                    b += UpperHalf(Vector256.Load(row + VectorColumns), value);
                }

                *dead++ = Signs(a, b) | ((ulong)uint.MaxValue << BlockColumns);
            }
        }
    }

    /// <summary>|row|² and |row − taken|².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Squares(float* row, float* taken, nint length, float* ofRow, float* ofMove)
    {
        Vector256<float> sums = default, sumsOfMove = default;
        nint k = 0;
        for (; k + Vector256<float>.Count <= length; k += Vector256<float>.Count)
        {
            var w = Vector256.Load(row + k);
            var move = w - Vector256.Load(taken + k);
            (sums, sumsOfMove) = (sums + (w * w), sumsOfMove + (move * move));
        }

        var (sum, sumOfMove) = (Vector256.Sum(sums), Vector256.Sum(sumsOfMove));
        for (; k < length; k++)
        {
            var move = row[k] - taken[k];
            (sum, sumOfMove) = (sum + (row[k] * row[k]), sumOfMove + (move * move));
        }

        (*ofRow, *ofMove) = (sum, sumOfMove);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Round(float value) => Vector128.ConvertToInt32Native(Vector128.Round(Vector128.CreateScalarUnsafe(value))).ToScalar();

    /// <summary>Where a number stands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private short* At(int row, int column) =>
        Gram + ((nint)row * _rowLength) + (_isWide ? column : (column & -BlockColumns) + (column & 7) + ((column & 8) << 1) + ((column & 16) >> 1));

    /// <summary>Sixteen numbers of a row, from column <paramref name="j"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(float* numbers, int row, int j)
    {
        var place = At(row, j);
        Rounded(numbers).Store(place);
        Rounded(numbers + (VectorColumns / 2)).Store(place + (_isWide ? VectorColumns / 2 : VectorColumns));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<short> Rounded(float* numbers)
    {
        // Added to 1.5 · 2²³, a number has its nearest whole one as its lowest bits.
        var scaled = Vector256.FusedMultiplyAdd(Vector256.Load(numbers), Vector256.Create(_scale), Vector256.Create(12582912f)).AsInt32();
        return Vector128.Narrow(scaled.GetLower(), scaled.GetUpper());
    }

    /// <summary>(a·b + 2¹⁴) / 2¹⁵, rounded down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> UpperHalf(Vector256<short> a, Vector256<short> b) =>
        Avx2.IsSupported ? Avx2.MultiplyHighRoundScale(a, b)
        : Vector256.Create(UpperHalf(a.GetLower(), b.GetLower()), UpperHalf(a.GetUpper(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> UpperHalf(Vector128<short> a, Vector128<short> b)
    {
        if (Ssse3.IsSupported)
        {
            return Ssse3.MultiplyHighRoundScale(a, b);
        }

        if (AdvSimd.IsSupported)
        {
            return AdvSimd.MultiplyRoundedDoublingSaturateHigh(a, b);
        }

        var ((aLow, aHigh), (bLow, bHigh)) = (Vector128.Widen(a), Vector128.Widen(b));
        var half = Vector128.Create(1 << 14);
        return Vector128.Narrow(((aLow * bLow) + half) >> 15, ((aHigh * bHigh) + half) >> 15);
    }

    /// <summary>Signs of a block's numbers, the lowest bit for the first column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Signs(Vector256<short> a, Vector256<short> b) =>
        Avx2.IsSupported ? (uint)Avx2.MoveMask(Avx2.PackSignedSaturate(a, b))
        : a.GetLower().ExtractMostSignificantBits() | (b.GetLower().ExtractMostSignificantBits() << 8)
        | (a.GetUpper().ExtractMostSignificantBits() << 16) | (b.GetUpper().ExtractMostSignificantBits() << 24);

    /// <summary>A non-zero as the screen takes it.</summary>
    /// <param name="row">Where its row of G begins.</param>
    /// <param name="value">Its value, sixteen bits.</param>
    internal readonly struct Screened(int row, int value)
    {
        internal readonly int Row = row;

        /// <summary>The value, in the lower and in the upper half.</summary>
        internal readonly int Twice = (value & ushort.MaxValue) | (value << 16);
    }
}
