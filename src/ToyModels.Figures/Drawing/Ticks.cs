using System.Globalization;
using ScottPlot;

namespace ToyModels.Figures;

/// <summary>Where ticks stand and what they say, on linear and on logarithmic axes.</summary>
internal static class Ticks
{
    private static readonly double[] _steps = [1, 2, 2.5, 5, 10];

    /// <summary>Ticks at round numbers within [low, high], no closer than <paramref name="spacing"/> pixels.</summary>
    internal static IEnumerable<Tick> Linear(double low, double high, float length, float spacing)
    {
        var least = (high - low) * spacing / length;
        var decade = Math.Pow(10, Math.Floor(Math.Log10(least)));
        var step = _steps.Select(s => s * decade).First(s => s >= least * (1 - 1e-9));
        var decimals = Math.Max(0, (int)Math.Ceiling(-Math.Log10(step) - 1e-9) + (step / decade == 2.5 ? 1 : 0));
        for (var k = Math.Ceiling((low / step) - 1e-9); k * step <= high + (step * 1e-9); k++)
        {
            yield return Tick.Major(k * step, Plain(k * step, Math.Min(decimals, 15)));
        }
    }

    /// <summary>Ticks of a logarithmic axis, placed at the decimal logarithm: decades, and within few decades 2 and 5 as well.</summary>
    /// <param name="low">Lower limit, as a decimal logarithm.</param>
    /// <param name="high">Upper limit, as a decimal logarithm.</param>
    /// <param name="length">Pixels.</param>
    /// <param name="spacing">Least pixels between two labels.</param>
    internal static IEnumerable<Tick> Logarithmic(double low, double high, float length, float spacing)
    {
        var decade = length / (high - low);
        var stride = Math.Max(1, (int)Math.Ceiling(spacing / decade));
        int[] labelled = decade * 0.3 >= spacing ? [1, 2, 5] : decade * 0.45 >= spacing ? [1, 3] : [1];
        for (var k = (int)Math.Floor(low); k <= (int)Math.Ceiling(high); k++)
        {
            for (var digit = 1; digit < 10; digit++)
            {
                var position = k + Math.Log10(digit);
                if (position < low - 1e-9 || position > high + 1e-9)
                {
                    continue;
                }

                var major = Array.IndexOf(labelled, digit) >= 0 && k % stride == 0;
                if (major)
                {
                    yield return Tick.Major(position, Power(digit, k));
                }
                else if (stride == 1 || digit == 1)
                {
                    yield return Tick.Minor(position);
                }
            }
        }
    }

    /// <summary>A number for a reader: a true minus sign, no trailing noise.</summary>
    private static string Plain(double value, int decimals) =>
        (Math.Abs(value) < 1e-12 ? 0 : value).ToString($"F{decimals}", CultureInfo.InvariantCulture).Replace('-', '−');

    private static string Power(int digit, int exponent) =>
        exponent is >= -4 and <= 4
            ? (digit * Math.Pow(10, exponent)).ToString("0.####", CultureInfo.InvariantCulture)
            : $"{(digit == 1 ? "" : $"{digit}·")}10{Superscript(exponent)}";

    /// <summary>A number alone, to four digits: 0.7, 0.001, 5·10⁻⁶.</summary>
    internal static string Number(double value)
    {
        var text = value.ToString("G4", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        return (e < 0 ? text : $"{text[..e]}·10{Superscript(int.Parse(text[(e + 1)..], CultureInfo.InvariantCulture))}").Replace('-', '−');
    }

    private static string Superscript(int exponent) =>
        string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));
}
