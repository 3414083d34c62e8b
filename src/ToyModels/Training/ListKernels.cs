using System.Numerics;
using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>A number that is not 0, and where the row that it multiplies begins.</summary>
internal readonly struct Listed(float value, int offset)
{
    internal readonly float Value = value;
    internal readonly int Offset = offset;
}

/// <summary>
/// Products of a matrix given by its non-zeros, C[r] = Σ A[r, q]·B[q], a vector of columns in each register: a product with 0 leaves a chain of
/// fused multiply-adds as it is, so that a list and the whole matrix give the same bits.
/// <para>
/// A block of columns is up to twelve vectors, <see cref="RowLength"/>: as many chains as hide the latency of the multiply-add. Each step loads
/// one number and one row of B, so that even a list without gaps comes close to what dense blocks reach. Rows of B should lie in the nearest cache;
/// B and C are therefore packed: each row of a block of columns takes <see cref="RowLength"/>, whatever the block's width.
/// </para>
/// <para>
/// <see cref="AddRows"/>: one chain for each (r, k) over q in order, taken up from C. <see cref="AddLanes"/>: sixteen chains for each (j, k), those
/// of the sixteen <see cref="Lanes"/> of samples, joined in the tree of <see cref="Lanes.Sum"/>. Lanes come in the order of that tree's leaves, and a
/// sum joins the one before it as soon as both hold the same number of lanes: like the digits of a binary counter, never more than four wait.
/// </para>
/// </summary>
internal static unsafe class ListKernels<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Pairs of vectors of a block of columns at most.</summary>
    internal const int MostPairs = 6;

    /// <summary>Sums of lanes that wait for others.</summary>
    internal const int Waiting = 4;

    /// <summary>Distance between rows of a block of columns.</summary>
    internal static int RowLength => 2 * MostPairs * TSimd.Width;

    /// <summary>C[r] += Σ A[r, q]·B[q].</summary>
    /// <param name="pairs">Pairs of vectors of the block of columns.</param>
    /// <param name="entries">A, row by row.</param>
    /// <param name="starts">Where each row's entries begin, and where the last end.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="b">B.</param>
    /// <param name="c">C.</param>
    /// <param name="rowLength">Distance between rows of C.</param>
    internal static void AddRows(int pairs, Listed* entries, int* starts, int rows, float* b, float* c, int rowLength)
    {
        switch (pairs)
        {
            case 1:
                AddRows<One>(entries, starts, rows, b, c, rowLength);
                break;
            case 2:
                AddRows<Two>(entries, starts, rows, b, c, rowLength);
                break;
            case 3:
                AddRows<Three>(entries, starts, rows, b, c, rowLength);
                break;
            case 4:
                AddRows<Four>(entries, starts, rows, b, c, rowLength);
                break;
            case 5:
                AddRows<Five>(entries, starts, rows, b, c, rowLength);
                break;
            default:
                AddRows<Six>(entries, starts, rows, b, c, rowLength);
                break;
        }
    }

    /// <summary>C[j] = Σ over lanes of Σ A[j, s]·B[s].</summary>
    /// <param name="pairs">Pairs of vectors of the block of columns.</param>
    /// <param name="entries">A, lane by lane in the order of <see cref="LaneAt"/>, in each row by row; offsets count from the lane's own rows of B.</param>
    /// <param name="starts">Where the entries of each lane and row begin, and where the last end.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="b">B: the rows of lane l begin l·<paramref name="laneLength"/> further.</param>
    /// <param name="laneLength">Distance between the rows of lanes.</param>
    /// <param name="c">C, and behind it sums that wait: <see cref="Waiting"/> times as many rows in all.</param>
    internal static void AddLanes(int pairs, Listed* entries, int* starts, int rows, float* b, nint laneLength, float* c)
    {
        for (var i = 0; i < Lanes.Count; i++)
        {
            var joined = BitOperations.TrailingZeroCount(~i);
            var waiting = BitOperations.PopCount((uint)i) - joined;
            var lane = new LaneSums(entries, starts + (i * rows), rows, b + (LaneAt(i) * laneLength), c + (waiting * rows * RowLength), joined);
            switch (pairs)
            {
                case 1:
                    AddLane<One>(lane);
                    break;
                case 2:
                    AddLane<Two>(lane);
                    break;
                case 3:
                    AddLane<Three>(lane);
                    break;
                case 4:
                    AddLane<Four>(lane);
                    break;
                case 5:
                    AddLane<Five>(lane);
                    break;
                default:
                    AddLane<Six>(lane);
                    break;
            }
        }
    }

    /// <summary>The lane that comes at place <paramref name="i"/>: the four bits in reverse, so that l and l + 8 meet first, then sums 4, 2 and 1 apart.</summary>
    internal static int LaneAt(int i) => ((i & 1) << 3) | ((i & 2) << 1) | ((i & 4) >> 1) | ((i & 8) >> 3);

    /// <summary>Lists a feature-major matrix sample by sample; row q of B is that of feature q.</summary>
    /// <param name="numbers">Features × samples.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="samples">Number of samples.</param>
    /// <param name="entries">Room for all numbers and one more.</param>
    /// <param name="starts">Receives where each sample's entries begin, and where the last end.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void ListSamples(SampleMatrix numbers, int features, int samples, Listed* entries, int* starts)
    {
        var end = entries;
        var rowLength = RowLength;
        for (var s = 0; s < samples; s++)
        {
            starts[s] = (int)(end - entries);
            var number = numbers.Start + s;
            for (int q = 0, offset = 0; q < features; q++, offset += rowLength)
            {
                end = Add(end, *number, offset);
                number += numbers.Stride;
            }
        }

        starts[samples] = (int)(end - entries);
    }

    /// <summary>Lists D and X, feature-major, for <see cref="AddLanes"/>: a lane's rows of B are those of D and of X in turn, sample by sample.</summary>
    /// <param name="d">D, features × samples.</param>
    /// <param name="x">X, features × samples.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="samples">Number of samples, a multiple of sixteen.</param>
    /// <param name="entries">Room for all numbers and one more.</param>
    /// <param name="starts">Receives where the entries of each lane and feature begin, and where the last end.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void ListLanes(SampleMatrix d, SampleMatrix x, int features, int samples, Listed* entries, int* starts)
    {
        var end = entries;
        var rowLength = RowLength;
        for (var i = 0; i < Lanes.Count; i++)
        {
            for (var j = 0; j < features; j++)
            {
                *starts++ = (int)(end - entries);
                float* dj = d.Start + (j * d.Stride), xj = x.Start + (j * x.Stride);
                for (int s = LaneAt(i), offset = 0; s < samples; s += Lanes.Count, offset += 2 * rowLength)
                {
                    end = Add(end, dj[s], offset);
                    end = Add(end, xj[s], offset + rowLength);
                }
            }
        }

        *starts = (int)(end - entries);
    }

    /// <summary>Some columns of rows become rows of <see cref="RowLength"/>.</summary>
    /// <param name="from">The first row's columns.</param>
    /// <param name="stride">Distance between rows.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="to">Receives them; what lies behind a row's columns stays.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Pack(float* from, nint stride, int rows, int columns, float* to)
    {
        for (var row = 0; row < rows; row++)
        {
            var k = 0;
            for (; k + TSimd.Width <= columns; k += TSimd.Width)
            {
                TSimd.Store(TSimd.Load(from + k), to + k);
            }

            for (; k < columns; k++)
            {
                to[k] = from[k];
            }

            from += stride;
            to += RowLength;
        }
    }

    /// <summary>Writes every number, and moves on only behind those that are not 0: a branch would be foreseen too seldom.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Listed* Add(Listed* end, float value, int offset)
    {
        *end = new(value, offset);
        return end + (value != 0 ? 1 : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddRows<TPairs>(Listed* entries, int* starts, int rows, float* b, float* c, nint rowLength)
        where TPairs : struct, ICount
    {
        var entry = entries + starts[0];
        for (var row = 1; row <= rows; row++)
        {
            TF c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
            TF c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
            Load<TPairs>(c, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
            for (var end = entries + starts[row]; entry < end; entry++)
            {
                Step<TPairs>(
                    TSimd.Splat(entry->Value), b + entry->Offset,
                    ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
            }

            Store<TPairs>(c, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11);
            c += rowLength;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void AddLane<TPairs>(in LaneSums lane)
        where TPairs : struct, ICount
    {
        var rowLength = RowLength;
        var waitingLength = lane.Rows * rowLength;
        var entries = lane.Entries;
        var starts = lane.Starts;
        var b = lane.B;
        var sums = lane.Sums;
        var joined = lane.Joined;
        var entry = entries + starts[0];
        for (var row = 1; row <= lane.Rows; row++)
        {
            TF c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
            TF c6 = default, c7 = default, c8 = default, c9 = default, c10 = default, c11 = default;
            for (var end = entries + starts[row]; entry < end; entry++)
            {
                Step<TPairs>(
                    TSimd.Splat(entry->Value), b + entry->Offset,
                    ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
            }

            for (var other = joined - 1; other >= 0; other--)
            {
                Join<TPairs>(
                    sums + (other * waitingLength),
                    ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c10, ref c11);
            }

            Store<TPairs>(sums, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11);
            sums += rowLength;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TPairs>(
        TF value, float* b,
        ref TF c0, ref TF c1, ref TF c2, ref TF c3, ref TF c4, ref TF c5, ref TF c6, ref TF c7, ref TF c8, ref TF c9, ref TF c10, ref TF c11)
        where TPairs : struct, ICount
    {
        c0 = TSimd.MultiplyAdd(value, TSimd.Load(b), c0);
        c1 = TSimd.MultiplyAdd(value, TSimd.Load(b + TSimd.Width), c1);
        if (TPairs.Value > 1)
        {
            c2 = TSimd.MultiplyAdd(value, TSimd.Load(b + (2 * TSimd.Width)), c2);
            c3 = TSimd.MultiplyAdd(value, TSimd.Load(b + (3 * TSimd.Width)), c3);
        }

        if (TPairs.Value > 2)
        {
            c4 = TSimd.MultiplyAdd(value, TSimd.Load(b + (4 * TSimd.Width)), c4);
            c5 = TSimd.MultiplyAdd(value, TSimd.Load(b + (5 * TSimd.Width)), c5);
        }

        if (TPairs.Value > 3)
        {
            c6 = TSimd.MultiplyAdd(value, TSimd.Load(b + (6 * TSimd.Width)), c6);
            c7 = TSimd.MultiplyAdd(value, TSimd.Load(b + (7 * TSimd.Width)), c7);
        }

        if (TPairs.Value > 4)
        {
            c8 = TSimd.MultiplyAdd(value, TSimd.Load(b + (8 * TSimd.Width)), c8);
            c9 = TSimd.MultiplyAdd(value, TSimd.Load(b + (9 * TSimd.Width)), c9);
        }

        if (TPairs.Value > 5)
        {
            c10 = TSimd.MultiplyAdd(value, TSimd.Load(b + (10 * TSimd.Width)), c10);
            c11 = TSimd.MultiplyAdd(value, TSimd.Load(b + (11 * TSimd.Width)), c11);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join<TPairs>(
        float* sums,
        ref TF c0, ref TF c1, ref TF c2, ref TF c3, ref TF c4, ref TF c5, ref TF c6, ref TF c7, ref TF c8, ref TF c9, ref TF c10, ref TF c11)
        where TPairs : struct, ICount
    {
        c0 = TSimd.Add(TSimd.Load(sums), c0);
        c1 = TSimd.Add(TSimd.Load(sums + TSimd.Width), c1);
        if (TPairs.Value > 1)
        {
            c2 = TSimd.Add(TSimd.Load(sums + (2 * TSimd.Width)), c2);
            c3 = TSimd.Add(TSimd.Load(sums + (3 * TSimd.Width)), c3);
        }

        if (TPairs.Value > 2)
        {
            c4 = TSimd.Add(TSimd.Load(sums + (4 * TSimd.Width)), c4);
            c5 = TSimd.Add(TSimd.Load(sums + (5 * TSimd.Width)), c5);
        }

        if (TPairs.Value > 3)
        {
            c6 = TSimd.Add(TSimd.Load(sums + (6 * TSimd.Width)), c6);
            c7 = TSimd.Add(TSimd.Load(sums + (7 * TSimd.Width)), c7);
        }

        if (TPairs.Value > 4)
        {
            c8 = TSimd.Add(TSimd.Load(sums + (8 * TSimd.Width)), c8);
            c9 = TSimd.Add(TSimd.Load(sums + (9 * TSimd.Width)), c9);
        }

        if (TPairs.Value > 5)
        {
            c10 = TSimd.Add(TSimd.Load(sums + (10 * TSimd.Width)), c10);
            c11 = TSimd.Add(TSimd.Load(sums + (11 * TSimd.Width)), c11);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<TPairs>(
        float* c, ref TF c0, ref TF c1, ref TF c2, ref TF c3, ref TF c4, ref TF c5, ref TF c6, ref TF c7, ref TF c8, ref TF c9, ref TF c10, ref TF c11)
        where TPairs : struct, ICount
    {
        c0 = TSimd.Load(c);
        c1 = TSimd.Load(c + TSimd.Width);
        if (TPairs.Value > 1)
        {
            c2 = TSimd.Load(c + (2 * TSimd.Width));
            c3 = TSimd.Load(c + (3 * TSimd.Width));
        }

        if (TPairs.Value > 2)
        {
            c4 = TSimd.Load(c + (4 * TSimd.Width));
            c5 = TSimd.Load(c + (5 * TSimd.Width));
        }

        if (TPairs.Value > 3)
        {
            c6 = TSimd.Load(c + (6 * TSimd.Width));
            c7 = TSimd.Load(c + (7 * TSimd.Width));
        }

        if (TPairs.Value > 4)
        {
            c8 = TSimd.Load(c + (8 * TSimd.Width));
            c9 = TSimd.Load(c + (9 * TSimd.Width));
        }

        if (TPairs.Value > 5)
        {
            c10 = TSimd.Load(c + (10 * TSimd.Width));
            c11 = TSimd.Load(c + (11 * TSimd.Width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TPairs>(
        float* c, TF c0, TF c1, TF c2, TF c3, TF c4, TF c5, TF c6, TF c7, TF c8, TF c9, TF c10, TF c11)
        where TPairs : struct, ICount
    {
        TSimd.Store(c0, c);
        TSimd.Store(c1, c + TSimd.Width);
        if (TPairs.Value > 1)
        {
            TSimd.Store(c2, c + (2 * TSimd.Width));
            TSimd.Store(c3, c + (3 * TSimd.Width));
        }

        if (TPairs.Value > 2)
        {
            TSimd.Store(c4, c + (4 * TSimd.Width));
            TSimd.Store(c5, c + (5 * TSimd.Width));
        }

        if (TPairs.Value > 3)
        {
            TSimd.Store(c6, c + (6 * TSimd.Width));
            TSimd.Store(c7, c + (7 * TSimd.Width));
        }

        if (TPairs.Value > 4)
        {
            TSimd.Store(c8, c + (8 * TSimd.Width));
            TSimd.Store(c9, c + (9 * TSimd.Width));
        }

        if (TPairs.Value > 5)
        {
            TSimd.Store(c10, c + (10 * TSimd.Width));
            TSimd.Store(c11, c + (11 * TSimd.Width));
        }
    }

    /// <summary>One lane of several rows, and the sums before it that it joins.</summary>
    private readonly struct LaneSums(Listed* entries, int* starts, int rows, float* b, float* sums, int joined)
    {
        internal readonly Listed* Entries = entries;
        internal readonly int* Starts = starts;
        internal readonly int Rows = rows;
        internal readonly float* B = b;
        internal readonly float* Sums = sums;
        internal readonly int Joined = joined;
    }
}
