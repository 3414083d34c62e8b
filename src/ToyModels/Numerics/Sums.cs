using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>Sums of numbers that lie side by side.</summary>
internal static unsafe class Sums<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Adds to each number another.</summary>
    /// <param name="to">The numbers.</param>
    /// <param name="terms">What is added.</param>
    /// <param name="count">How many there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add(float* to, float* terms, nint count)
    {
        nint i = 0;
        for (; i + TSimd.Width <= count; i += TSimd.Width)
        {
            TSimd.Store(TSimd.Add(TSimd.Load(to + i), TSimd.Load(terms + i)), to + i);
        }

        for (; i < count; i++)
        {
            to[i] += terms[i];
        }
    }
}
