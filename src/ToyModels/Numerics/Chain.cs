using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>
/// Element-wise steps of written-out chains. Elements do not depend on each other, so the vector width cannot change a bit:
/// fused multiply-add, maximum and square root are exact to the last place on every one.
/// </summary>
internal static class Chain
{
    /// <summary>sum[i] ← scale·values[i] + sum[i], rounded once.</summary>
    internal static void MultiplyAdd(float scale, ReadOnlySpan<float> values, Span<float> sum)
    {
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var wideScale = Vector256.Create(scale);
            ref var v = ref MemoryMarshal.GetReference(values);
            ref var s = ref MemoryMarshal.GetReference(sum);
            for (; i <= sum.Length - 8; i += 8)
            {
                var next = Vector256.FusedMultiplyAdd(wideScale, Vector256.LoadUnsafe(ref v, (nuint)i), Vector256.LoadUnsafe(ref s, (nuint)i));
                next.StoreUnsafe(ref s, (nuint)i);
            }
        }

        for (; i < sum.Length; i++)
        {
            sum[i] = MathF.FusedMultiplyAdd(scale, values[i], sum[i]);
        }
    }

    /// <summary>Makes 0 of −0, and leaves every other number.</summary>
    internal static void ClearSigns(Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] += 0f;
        }
    }

    /// <summary>values[i] ← max(values[i], 0).</summary>
    internal static void Rectify(Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = values[i] > 0 ? values[i] : 0;
        }
    }
}
