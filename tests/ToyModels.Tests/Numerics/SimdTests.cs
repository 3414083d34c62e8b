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

    [Fact]
    public void Sums_with_what_is_positive_are_the_same_on_every_width()
    {
        Adds<Simd128, Vector128<float>, Vector128<int>>();
        Adds<Simd256, Vector256<float>, Vector256<int>>();
        Adds<Simd512, Vector512<float>, Vector512<int>>();
    }

    private static unsafe void Adds<TSimd, TF, TI>()
        where TSimd : struct, ISimd<TF, TI>
        where TF : unmanaged
        where TI : unmanaged
    {
        var sums = stackalloc float[TSimd.Width];
        foreach (var a in (float[])[1.5f, float.Epsilon, 0, -0f, -float.Epsilon, -1.5f, float.NegativeInfinity, float.NaN])
        {
            foreach (var b in (float[])[0.25f, 0, -0.25f, -1.5f])
            {
                TSimd.Store(TSimd.AddWherePositive(TSimd.Splat(a), TSimd.Splat(b)), sums);
                var bits = BitConverter.SingleToInt32Bits(a > 0 ? a + b : b);
                Assert.All(new Span<float>(sums, TSimd.Width).ToArray(), sum => Assert.Equal(bits, BitConverter.SingleToInt32Bits(sum)));
            }
        }
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
