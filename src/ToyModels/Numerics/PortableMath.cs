namespace ToyModels;

/// <summary>
/// Logarithm and exponential made of + − × ÷ alone. The platform's own differ in the last bit between systems; data, initial
/// weights and importances must not.
/// </summary>
internal static class PortableMath
{
    private const double Ln2High = 0.693147180369123816490;
    private const double Ln2Low = 1.90821492927058770002e-10;

    /// <summary>Natural logarithm of a positive, finite, normal number; relative error below 1e-15.</summary>
    internal static double Log(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa /= 2;
            exponent++;
        }

        // ln m = 2 artanh(t), t = (m−1)/(m+1), |t| < 0.1716: the odd series ends below 1e-17 at t²³.
        var t = (mantissa - 1) / (mantissa + 1);
        var square = t * t;
        var series = 0.0;
        for (var power = 23; power >= 1; power -= 2)
        {
            series = (series * square) + (1.0 / power);
        }

        return (exponent * Ln2High) + ((exponent * Ln2Low) + (2 * t * series));
    }

    /// <summary>e^x for |x| ≤ 700; relative error below 1e-15.</summary>
    internal static double Exp(double x)
    {
        var exponent = (int)Math.Floor((x / (Ln2High + Ln2Low)) + 0.5);
        var rest = x - (exponent * Ln2High) - (exponent * Ln2Low);
        var series = 1.0;
        for (var term = 14; term >= 1; term--)
        {
            series = 1 + (series * rest / term);
        }

        return series * BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);
    }
}
