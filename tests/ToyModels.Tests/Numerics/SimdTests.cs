using System.Runtime.Intrinsics;

namespace ToyModels.Tests.Numerics;

public sealed class SimdTests
{
    [Fact]
    public void What_is_at_most_the_limit_stays_on_every_width()
    {
        Keeps<Simd128, Vector128<float>, Vector128<int>>();
        Keeps<Simd256, Vector256<float>, Vector256<int>>();
        Keeps<Simd512, Vector512<float>, Vector512<int>>();
    }

    private static unsafe void Keeps<TSimd, TF, TI>()
        where TSimd : struct, ISimd<TF, TI>
        where TF : unmanaged
        where TI : unmanaged
    {
        int[] limits = [-1, 0, 1, 1 << 24, int.MaxValue - 1, int.MaxValue];
        var kept = stackalloc float[TSimd.Width];
        foreach (var limit in limits)
        {
            foreach (var test in limits.Where(test => test >= 0))
            {
                TSimd.Store(TSimd.WhereAtMost(TSimd.Splat(test), TSimd.Splat(limit), TSimd.Splat(-2.5f)), kept);
                Assert.Equal(Enumerable.Repeat(test <= limit ? -2.5f : 0, TSimd.Width), new Span<float>(kept, TSimd.Width).ToArray());
            }
        }
    }
}
