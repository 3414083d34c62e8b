using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>The one step between forward and backward pass, for a vector of outputs.</summary>
internal static class Errors<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>∂L/∂o = 2 I (x' − x) of outputs o against targets x, 0 where a ReLU is off; adds factor·(x' − x)² to <paramref name="loss"/>.</summary>
    /// <param name="o">Outputs before the ReLU.</param>
    /// <param name="x">Targets.</param>
    /// <param name="factor">2 I, times the scale of the gradient.</param>
    /// <param name="loss">Sums factor·(x' − x)².</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TF Step<TRelu>(TF o, TF x, TF factor, ref TF loss)
        where TRelu : struct, ISwitch
    {
        var error = TSimd.Subtract(Shown<TRelu>(o), x);
        var d = TSimd.Multiply(factor, error);
        loss = TSimd.MultiplyAdd(d, error, loss);
        return WhereOn<TRelu>(o, d);
    }

    /// <summary>x' − x, 0 where a ReLU is off: <see cref="Step"/> where the factor comes later; adds (x' − x)² to <paramref name="squares"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TF Plain<TRelu>(TF o, TF x, ref TF squares)
        where TRelu : struct, ISwitch
    {
        var error = TSimd.Subtract(Shown<TRelu>(o), x);
        squares = TSimd.MultiplyAdd(error, error, squares);
        return WhereOn<TRelu>(o, error);
    }

    /// <summary>The same as <see cref="Plain{TRelu}"/> of −x, which is never −0: with AVX-512, an addition that a mask leaves out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TF Turned<TRelu>(TF o, TF minusX, ref TF squares)
        where TRelu : struct, ISwitch
    {
        var error = TRelu.IsOn ? TSimd.AddWherePositive(o, minusX) : TSimd.Add(o, minusX);
        squares = TSimd.MultiplyAdd(error, error, squares);
        return WhereOn<TRelu>(o, error);
    }

    /// <summary>x' of outputs before the ReLU.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TF Shown<TRelu>(TF o)
        where TRelu : struct, ISwitch
        => TRelu.IsOn ? TSimd.Max(o, default) : o;

    /// <summary>What comes back through the outputs: 0 where a ReLU is off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TF WhereOn<TRelu>(TF o, TF d)
        where TRelu : struct, ISwitch
        => TRelu.IsOn ? TSimd.WherePositive(o, d) : d;
}
