using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ToyModels.Benchmarks;

/// <summary>
/// What the processor does at best: fused multiply-adds on registers alone, twelve independent chains, which hide a latency of four to
/// six cycles on two units, in the widest vectors that the library uses.
/// </summary>
internal static class FmaCeiling
{
    private const int Chains = 12;
    private const int Slices = 7;
    private static readonly TimeSpan _slice = TimeSpan.FromMilliseconds(20);

    /// <summary>Bits of a vector.</summary>
    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>GFLOP/s of <paramref name="threads"/> threads together: the sum of their medians over seven slices of 20 ms.</summary>
    public static double Measure(int threads)
    {
        var rates = new double[threads];
        using var barrier = new Barrier(threads);
        var workers = Enumerable.Range(0, threads).Select(number => new Thread(() => rates[number] = MeasureOne(barrier))).ToList();
        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());
        return rates.Sum();
    }

    private static double MeasureOne(Barrier barrier)
    {
        var turns = 1L << 16;
        while (Time(turns) < _slice)
        {
            turns *= 2;
        }

        var rates = new double[Slices];
        for (var slice = 0; slice < Slices; slice++)
        {
            barrier.SignalAndWait();
            rates[slice] = turns * Chains * (VectorBits / 32) * 2 / Time(turns).TotalSeconds / 1e9;
        }

        return Statistics.Median(rates);
    }

    private static TimeSpan Time(long turns)
    {
        var start = Stopwatch.GetTimestamp();
        var sum = Vector512.IsHardwareAccelerated ? Chain<Simd512, Vector512<float>, Vector512<int>>(turns)
            : Vector256.IsHardwareAccelerated ? Chain<Simd256, Vector256<float>, Vector256<int>>(turns)
            : Chain<Simd128, Vector128<float>, Vector128<int>>(turns);
        var elapsed = Stopwatch.GetElapsedTime(start);
        Trace.Assert(float.IsFinite(sum), "The chains run towards 1.");
        return elapsed;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static unsafe float Chain<TSimd, TF, TI>(long turns)
        where TSimd : struct, ISimd<TF, TI>
        where TF : unmanaged
        where TI : unmanaged
    {
        // Every chain moves towards 1: no overflow, no denormal numbers.
        var factor = TSimd.Splat(0.5f);
        TF a = factor, b = factor, c = factor, d = factor, e = factor, f = factor;
        TF g = factor, h = factor, i = factor, j = factor, k = factor, l = factor;
        for (var turn = 0L; turn < turns; turn++)
        {
            a = TSimd.MultiplyAdd(a, factor, factor);
            b = TSimd.MultiplyAdd(b, factor, factor);
            c = TSimd.MultiplyAdd(c, factor, factor);
            d = TSimd.MultiplyAdd(d, factor, factor);
            e = TSimd.MultiplyAdd(e, factor, factor);
            f = TSimd.MultiplyAdd(f, factor, factor);
            g = TSimd.MultiplyAdd(g, factor, factor);
            h = TSimd.MultiplyAdd(h, factor, factor);
            i = TSimd.MultiplyAdd(i, factor, factor);
            j = TSimd.MultiplyAdd(j, factor, factor);
            k = TSimd.MultiplyAdd(k, factor, factor);
            l = TSimd.MultiplyAdd(l, factor, factor);
        }

        var lanes = stackalloc float[Lanes.Count];
        var left = TSimd.Add(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), TSimd.Add(e, f));
        var right = TSimd.Add(TSimd.Add(TSimd.Add(g, h), TSimd.Add(i, j)), TSimd.Add(k, l));
        TSimd.Store(TSimd.Add(left, right), lanes);
        return lanes[0];
    }
}
