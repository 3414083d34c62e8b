using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>
/// Draws one block of rows, all of them alike. Features of equal density stand in runs. From <see cref="DensityRun.DenseFrom"/> on every element is drawn: one
/// 31-bit integer u tells presence (u below T = p·2³¹) and value (u/T, then uniform on [0, 1)) at once. Below it the gaps between the run's
/// non-zeros, row after row, are drawn instead, geometric with ratio 1 − p, ⌊ln U / ln(1 − p)⌋, so that the cost is that of the non-zeros.
/// </summary>
internal static unsafe class RunSampler<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Fills n·rows values, feature i of row s at [i·stride + s]; <paramref name="rows"/> is a power of two from 16 up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Fill(ReadOnlySpan<DensityRun> runs, RandomKey key, float* destination, int rows, nint stride)
    {
        var generators = stackalloc LaneGenerator<TSimd, TF, TI>[Lanes.Count / TSimd.Width];
        LaneGenerator<TSimd, TF, TI>.Start(key, generators);
        foreach (ref readonly var run in runs)
        {
            var start = destination + (run.First * stride);
            if (run.IsDense)
            {
                if (TSimd.Width == Lanes.Count)
                {
                    FillDense(run, generators, start, rows, stride);
                    continue;
                }

                for (var pass = 0; pass < Lanes.Count / TSimd.Width; pass += 2)
                {
                    FillDense(run, generators + pass, start + (pass * TSimd.Width), rows, stride, TSimd.Width);
                }

                continue;
            }

            for (var feature = 0; feature < run.Count; feature++)
            {
                new Span<float>(start + (feature * stride), rows).Clear();
            }

            if (run.Density > 0)
            {
                var matrix = new MatrixSink(run, start, stride, 1);
                DrawGaps(run, generators, run.Count * rows, ref matrix);
            }
        }
    }

    /// <summary>Fills two blocks whose runs are all dense, the second's rows behind the first's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void FillTwo(ReadOnlySpan<DensityRun> runs, RandomKey key, RandomKey second, float* destination, int rows, nint stride)
    {
        if (TSimd.Width < Lanes.Count)
        {
            Fill(runs, key, destination, rows, stride);
            Fill(runs, second, destination + rows, rows, stride);
            return;
        }

        var generators = stackalloc LaneGenerator<TSimd, TF, TI>[2];
        LaneGenerator<TSimd, TF, TI>.Start(key, generators);
        LaneGenerator<TSimd, TF, TI>.Start(second, generators + 1);
        foreach (ref readonly var run in runs)
        {
            FillDense(run, generators, destination + (run.First * stride), rows, stride, rows);
        }
    }

    /// <summary>Puts the non-zeros of a block whose runs are all sparse into zeros, row after row: feature i of row s at [s·n + i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void FillRows(ReadOnlySpan<DensityRun> runs, RandomKey key, float* zeros, int rows, int features)
    {
        var generators = stackalloc LaneGenerator<TSimd, TF, TI>[Lanes.Count / TSimd.Width];
        LaneGenerator<TSimd, TF, TI>.Start(key, generators);
        foreach (ref readonly var run in runs)
        {
            if (run.Density > 0)
            {
                var matrix = new MatrixSink(run, zeros + run.First, 1, features);
                DrawGaps(run, generators, run.Count * rows, ref matrix);
            }
        }
    }

    /// <summary>The non-zeros of a block whose runs are all sparse, row after row: the same that <see cref="Fill"/> puts in its matrix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void List(ReadOnlySpan<DensityRun> runs, RandomKey key, int rows, SparseBlock destination)
    {
        destination.Clear();
        var generators = stackalloc LaneGenerator<TSimd, TF, TI>[Lanes.Count / TSimd.Width];
        LaneGenerator<TSimd, TF, TI>.Start(key, generators);
        foreach (ref readonly var run in runs)
        {
            if (run.Density > 0)
            {
                var first = destination.Count;
                var list = new ListSink(destination);
                DrawGaps(run, generators, run.Count * rows, ref list);
                if (runs.Length > 1)
                {
                    destination.Widen(first, run);
                }
            }
        }

        if (runs.Length > 1)
        {
            destination.SortByRow(rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillDense(in DensityRun run, LaneGenerator<TSimd, TF, TI>* generators, float* destination, int rows, nint stride)
    {
        var last = TSimd.Splat(run.Presence.Last);
        var scale = TSimd.Splat(run.Presence.Scale);
        var shift = TSimd.Splat(run.Shift);
        var generator = *generators;
        for (var feature = 0; feature < run.Count; feature++, destination += stride)
        {
            for (var s = 0; s < rows; s += Lanes.Count)
            {
                TSimd.Store(Draw(ref generator, last, scale, shift), destination + s);
            }
        }

        *generators = generator;
    }

    /// <summary>Two generators side by side, where one alone would wait for its own next state; what the second draws goes so far behind what the first does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillDense(in DensityRun run, LaneGenerator<TSimd, TF, TI>* generators, float* destination, int rows, nint stride, nint apart)
    {
        var last = TSimd.Splat(run.Presence.Last);
        var scale = TSimd.Splat(run.Presence.Scale);
        var shift = TSimd.Splat(run.Shift);
        var (first, second) = (generators[0], generators[1]);
        for (var feature = 0; feature < run.Count; feature++, destination += stride)
        {
            for (var s = 0; s < rows; s += Lanes.Count)
            {
                TSimd.Store(Draw(ref first, last, scale, shift), destination + s);
                TSimd.Store(Draw(ref second, last, scale, shift), destination + s + apart);
            }
        }

        (generators[0], generators[1]) = (first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TF Draw(ref LaneGenerator<TSimd, TF, TI> generator, TI last, TF scale, TF shift)
    {
        var u = generator.Next();
        return TSimd.WhereAtMost(u, last, TSimd.MultiplyAdd(TSimd.ToSingle(u), scale, shift));
    }

    /// <summary>
    /// Walks the cells of a run, row by row and feature by feature within a row, from non-zero to non-zero. They are drawn by the sixteen, as
    /// many sixteens at once as are expected before the end: what the walk waits for is then long there.
    /// </summary>
    private static void DrawGaps<TSink>(in DensityRun run, LaneGenerator<TSimd, TF, TI>* generators, int cells, ref TSink sink)
        where TSink : struct, ISink
    {
        const int most = 16 * Lanes.Count;
        var drawn = stackalloc int[most];
        var values = stackalloc float[most];
        var cell = -1L;
        int count, present;
        do
        {
            count = Math.Clamp((int)((cells - cell) * run.Density) & -Lanes.Count, Lanes.Count, most);
            for (var pass = 0; pass < Lanes.Count / TSimd.Width; pass++)
            {
                Draw(run, ref generators[pass], drawn + (pass * TSimd.Width), values + (pass * TSimd.Width), count);
            }

            present = Place(drawn, count, cells, ref cell);
            sink.Take(drawn, values, present);
        }
        while (present == count);
    }

    /// <summary>Gaps become the cells behind them.</summary>
    /// <param name="gaps">Empty cells before each non-zero; receives its cell.</param>
    /// <param name="count">Number of gaps.</param>
    /// <param name="cells">Number of cells, where they end.</param>
    /// <param name="cell">The cell of the last non-zero so far.</param>
    /// <returns>How many lie before the end.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Place(int* gaps, int count, int cells, ref long cell)
    {
        var (last, e) = (cell, 0);
        for (; e < count; e++)
        {
            last += gaps[e] + 1L;
            if (last >= cells)
            {
                break;
            }

            gaps[e] = (int)last;
        }

        cell = last;
        return e;
    }

    /// <summary>Gaps before non-zeros, and their values, in the lanes of one vector of every sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Draw(in DensityRun run, ref LaneGenerator<TSimd, TF, TI> lanes, int* gaps, float* values, int count)
    {
        var generator = lanes;
        var scale = TSimd.Splat(run.Presence.Scale);
        var shift = TSimd.Splat(run.Shift);
        var inverse = TSimd.Splat(run.InverseLogAbsent);
        var longest = TSimd.Splat((float)(1 << 30));
        for (var first = 0; first < count; first += Lanes.Count)
        {
            var gap = TSimd.Min(TSimd.Floor(TSimd.Multiply(LogOfUniform(generator.Next()), inverse)), longest);
            TSimd.Store(TSimd.ToInt32(gap), gaps + first);
            TSimd.Store(TSimd.MultiplyAdd(TSimd.ToSingle(generator.Next()), scale, shift), values + first);
        }

        lanes = generator;
    }

    /// <summary>
    /// ln of (2³¹ − u)·2⁻³¹, a uniform number in (0, 1]: exponent and mantissa apart, m in [√½, √2), then
    /// ln(1 + f) = f − f²/2 + f³·P(f), P of degree 7 through the Chebyshev nodes: relative error below 3e-8 before rounding.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF LogOfUniform(TI u)
    {
        const int rootHalfBits = 0x3F3504F3;
        var whole = TSimd.Add(TSimd.ToSingle(TSimd.Subtract(TSimd.Splat(int.MaxValue), u)), TSimd.Splat(1f));
        var bits = TSimd.Bits(whole);
        var exponent = TSimd.ShiftRightSigned(TSimd.Subtract(bits, TSimd.Splat(rootHalfBits)), 23);
        var f = TSimd.Subtract(TSimd.FromBits(TSimd.Subtract(bits, TSimd.ShiftLeft(exponent, 23))), TSimd.Splat(1f));
        var p = TSimd.Splat(-0.0790274377f);
        p = TSimd.MultiplyAdd(p, f, TSimd.Splat(0.126223198f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Splat(-0.129981838f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Splat(0.142144959f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Splat(-0.166412815f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Splat(0.200010451f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Splat(-0.250003064f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Splat(0.333333307f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Splat(-0.5f));
        var square = TSimd.Multiply(f, f);
        var log = TSimd.MultiplyAdd(square, p, f);
        return TSimd.MultiplyAdd(TSimd.ToSingle(TSimd.Subtract(exponent, TSimd.Splat(31))), TSimd.Splat(0.693147181f), log);
    }

    /// <summary>Where drawn non-zeros go.</summary>
    private interface ISink
    {
        /// <summary>Takes some of them.</summary>
        /// <param name="cells">Their cells, ascending.</param>
        /// <param name="values">Their values.</param>
        /// <param name="count">How many they are.</param>
        void Take(int* cells, float* values, int count);
    }

    /// <summary>Into a matrix that is zero elsewhere.</summary>
    private readonly struct MatrixSink(in DensityRun run, float* destination, nint featureStride, nint rowStride) : ISink
    {
        private readonly Divisor _divisor = run.Divisor;
        private readonly int _count = run.Count;

        public void Take(int* cells, float* values, int count)
        {
            for (var e = 0; e < count; e++)
            {
                var row = _divisor.Quotient(cells[e]);
                destination[((cells[e] - (row * _count)) * featureStride) + (row * rowStride)] = values[e];
            }
        }
    }

    /// <summary>Into a list, in the order in which they come.</summary>
    private readonly struct ListSink(SparseBlock destination) : ISink
    {
        public void Take(int* cells, float* values, int count) => destination.Add(new(cells, count), new(values, count));
    }
}

/// <summary>What <see cref="RunSampler{TSimd, TF, TI}"/> does with vectors of sixteen alone.</summary>
internal static unsafe class RunSampler
{
    /// <summary>Fills blocks whose runs are all dense, the rows of each behind those of the one before, and lists their non-zeros while they are in registers.</summary>
    internal static void FillAndList(
        ReadOnlySpan<DensityRun> runs, ReadOnlySpan<RandomKey> keys, float* destination, int rows, nint stride, FeatureLists lists)
    {
        var generators = stackalloc LaneGenerator<Simd512, Vector512<float>, Vector512<int>>[keys.Length];
        for (var block = 0; block < keys.Length; block++)
        {
            generators[block] = LaneGenerator<Simd512, Vector512<float>, Vector512<int>>.Create(keys[block], 0);
        }

        nint next = 0;
        fixed (int* starts = lists.Starts)
        fixed (byte* samples = lists.Samples)
        fixed (float* values = lists.Values)
        {
            foreach (ref readonly var run in runs)
            {
                next = FillAndList(run, generators, keys.Length, destination + (run.First * stride), rows, stride, starts + run.First, samples, values, next);
            }

            starts[lists.Starts.Length - 1] = (int)next;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static nint FillAndList(
        in DensityRun run, LaneGenerator<Simd512, Vector512<float>, Vector512<int>>* generators, nint blocks, float* destination, nint rows, nint stride,
        int* starts, byte* samples, float* values, nint next)
    {
        var last = Vector512.Create(run.Presence.Last);
        var scale = Vector512.Create(run.Presence.Scale);
        var shift = Vector512.Create(run.Shift);
        for (nint feature = 0; feature < run.Count; feature++, destination += stride)
        {
            starts[feature] = (int)next;
            var places = Vector512<int>.Indices;
            var to = destination;
            for (nint block = 0; block < blocks; block++)
            {
                var generator = generators[block];
                for (var end = to + rows; to < end; to += Lanes.Count, places += Vector512.Create(Lanes.Count))
                {
                    var drawn = RunSampler<Simd512, Vector512<float>, Vector512<int>>.Draw(ref generator, last, scale, shift);
                    drawn.Store(to);
                    next = FeatureLists.List(drawn.AsInt32(), places, samples, values, next);
                }

                generators[block] = generator;
            }
        }

        return next;
    }
}
