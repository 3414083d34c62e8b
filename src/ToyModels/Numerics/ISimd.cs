using System.Diagnostics.CodeAnalysis;

namespace ToyModels;

/// <summary>
/// The few vector operations that kernels are written in, once for every hardware width. Each is exact or rounded once, hence the
/// same bits on every width: no estimates, no transcendental functions.
/// </summary>
/// <typeparam name="TF">Vector of Single.</typeparam>
/// <typeparam name="TI">Vector of Int32 of the same width.</typeparam>
internal unsafe interface ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Elements a vector: a power of two that divides <see cref="Lanes.Count"/>.</summary>
    static abstract int Width { get; }

    static abstract TF Load(float* source);

    static abstract void Store(TF value, float* destination);

    static abstract TF Splat(float value);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract TF MultiplyAdd(TF a, TF b, TF c);

    static abstract TF Add(TF a, TF b);

    static abstract TF Subtract(TF a, TF b);

    static abstract TF Multiply(TF a, TF b);

    static abstract TF Divide(TF a, TF b);

    static abstract TF Sqrt(TF a);

    static abstract TF Floor(TF a);

    /// <summary>a where test &gt; 0, else 0.</summary>
    static abstract TF WherePositive(TF test, TF a);

    /// <summary>a + b where a &gt; 0, else b, which is not −0.</summary>
    static abstract TF AddWherePositive(TF a, TF b);

    /// <summary>a where test ≤ limit, else 0; test ≥ 0 and limit ≥ −1.</summary>
    static abstract TF WhereAtMost(TI test, TI limit, TF a);

    /// <summary>A bit for each lane, the lowest for the first: 1 where a ≤ 0; 0 for NaN.</summary>
    static abstract uint AtMostZero(TF a);

    /// <summary>The smaller of two numbers; neither is NaN, and zeros keep no promise of sign.</summary>
    static abstract TF Min(TF a, TF b);

    /// <summary>The larger of two numbers, and b where they are equal; neither is NaN.</summary>
    static abstract TF Max(TF a, TF b);

    /// <summary>The sum of sixteen lanes, in the tree of <see cref="Lanes.Sum"/>, of as many of the vectors as hold them.</summary>
    static abstract float Sum(TF first, TF second, TF third, TF fourth);

    static abstract TI Load(int* source);

    static abstract void Store(TI value, int* destination);

    static abstract TI Splat(int value);

    static abstract TI Add(TI a, TI b);

    static abstract TI Subtract(TI a, TI b);

    static abstract TI Multiply(TI a, TI b);

    static abstract TI Xor(TI a, TI b);

    static abstract TI And(TI a, TI b);

    /// <summary>Every lane's bits moved up, those that leave at the top back in at the bottom.</summary>
    static abstract TI RotateLeft(TI a, [ConstantExpected] byte bits);

    static abstract TI ShiftLeft(TI a, int bits);

    /// <summary>Shifts zeros in from the left.</summary>
    static abstract TI ShiftRight(TI a, int bits);

    /// <summary>Shifts the sign in from the left.</summary>
    static abstract TI ShiftRightSigned(TI a, int bits);

    /// <summary>A mask, all bits of an element: set where a &gt; b, signed.</summary>
    static abstract TI Greater(TI a, TI b);

    /// <summary><see cref="Greater"/>, where a ≥ 0 and b ≥ −1.</summary>
    static abstract TI Exceeds(TI a, TI b);

    /// <summary>a where the mask is not set, else 0.</summary>
    static abstract TF Except(TI mask, TF a);

    static abstract TF ToSingle(TI a);

    /// <summary>Truncates; the values lie in the range of Int32.</summary>
    static abstract TI ToInt32(TF a);

    static abstract TI Bits(TF a);

    static abstract TF FromBits(TI a);
}
