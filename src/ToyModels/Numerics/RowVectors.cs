using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>The first vectors of a row, up to four, in registers on one side of a sum.</summary>
internal static unsafe class RowVectors<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>How many there can be.</summary>
    internal const int Most = 4;

    /// <summary>sum += value·row, the sum in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add<TVectors>(TF value, float* row, ref TF s0, ref TF s1, ref TF s2, ref TF s3)
        where TVectors : struct, ICount
    {
        s0 = TSimd.MultiplyAdd(value, TSimd.Load(row), s0);
        if (TVectors.Value > 1)
        {
            s1 = TSimd.MultiplyAdd(value, TSimd.Load(row + TSimd.Width), s1);
        }

        if (TVectors.Value > 2)
        {
            s2 = TSimd.MultiplyAdd(value, TSimd.Load(row + (2 * TSimd.Width)), s2);
        }

        if (TVectors.Value > 3)
        {
            s3 = TSimd.MultiplyAdd(value, TSimd.Load(row + (3 * TSimd.Width)), s3);
        }
    }

    /// <summary>row += value·from, what is multiplied in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddTo<TVectors>(TF value, TF f0, TF f1, TF f2, TF f3, float* row)
        where TVectors : struct, ICount
    {
        TSimd.Store(TSimd.MultiplyAdd(value, f0, TSimd.Load(row)), row);
        if (TVectors.Value > 1)
        {
            TSimd.Store(TSimd.MultiplyAdd(value, f1, TSimd.Load(row + TSimd.Width)), row + TSimd.Width);
        }

        if (TVectors.Value > 2)
        {
            TSimd.Store(TSimd.MultiplyAdd(value, f2, TSimd.Load(row + (2 * TSimd.Width))), row + (2 * TSimd.Width));
        }

        if (TVectors.Value > 3)
        {
            TSimd.Store(TSimd.MultiplyAdd(value, f3, TSimd.Load(row + (3 * TSimd.Width))), row + (3 * TSimd.Width));
        }
    }
}
