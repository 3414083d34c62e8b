using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>
/// Whole quotients by one number, without a division: ⌊c/d⌋ = ⌊(2c + 1)·⌊2⁵²/d⌋ / 2⁵³⌋. (c + ½)/d lies at least ½/d from the next whole
/// number, and the reciprocal, cut off, takes less than (2c + 1)/2⁵³ away: exact as long as (2c + 1)·d ≤ 2⁵², and no product passes 64 bits.
/// </summary>
internal readonly struct Divisor(int value)
{
    private const int Bits = 52;

    private readonly ulong _reciprocal = (1UL << Bits) / (uint)value;

    /// <param name="dividend">Zero or positive, below 2048 times the divisor.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Quotient(int dividend) => (int)((((2 * (ulong)(uint)dividend) + 1) * _reciprocal) >> (Bits + 1));
}
