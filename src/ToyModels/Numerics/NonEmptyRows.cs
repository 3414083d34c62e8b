using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>Takes rows of zeros out of a feature-major matrix.</summary>
internal static unsafe class NonEmptyRows
{
    /// <summary>Moves the rows that hold a non-zero to the front, in their order; what is behind them then is undefined.</summary>
    /// <param name="matrix">Feature i of row s at [i·stride + s]; zeros behind the rows, up to the next whole number of lanes.</param>
    /// <param name="features">Number of features n.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="stride">A multiple of <see cref="Lanes.Count"/>, more than the rows by one lane at least.</param>
    /// <returns>How many rows hold one.</returns>
    internal static int Gather(float* matrix, int features, int rows, nint stride) =>
        Avx2.IsSupported ? ByEight(matrix, features, rows, stride) : ByOne(matrix, features, rows, stride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int ByEight(float* matrix, nint features, nint rows, nint stride)
    {
        nint kept = 0;
        fixed (int* places = Eights.Places)
        {
            for (nint s = 0; s < rows; s += Eights.Count)
            {
                // Numbers one over the other are zero where all of them are; together they may look like no number at all, which is not zero either.
                var any = Vector256.Load(matrix + s);
                for (nint i = 1, place = s + stride; i < features; i++, place += stride)
                {
                    any |= Vector256.Load(matrix + place);
                }

                var present = ~Vector256.Equals(any, Vector256<float>.Zero).ExtractMostSignificantBits() & 0xFF;
                if (present != 0xFF || kept < s)
                {
                    var order = Vector256.Load(places + (Eights.Count * present));
                    var to = matrix + kept;
                    var move = s - kept;
                    for (var i = features; i > 0; i--, to += stride)
                    {
                        Avx2.PermuteVar8x32(Vector256.Load(to + move), order).Store(to);
                    }
                }

                kept += BitOperations.PopCount(present);
            }
        }

        return (int)kept;
    }

    private static int ByOne(float* matrix, nint features, nint rows, nint stride)
    {
        nint kept = 0;
        for (nint s = 0; s < rows; s++)
        {
            nint i = 0;
            while (i < features && matrix[(i * stride) + s] == 0)
            {
                i++;
            }

            if (i < features)
            {
                for (i = 0; i < features; i++)
                {
                    matrix[(i * stride) + kept] = matrix[(i * stride) + s];
                }

                kept++;
            }
        }

        return (int)kept;
    }
}
