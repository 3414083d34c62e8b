using System.Globalization;

namespace ToyModels.Tests;

internal static class Cultures
{
    /// <summary>Runs under a culture that writes 0,7, groups with points, and has a minus sign of its own.</summary>
    internal static void WithDecimalComma(Action action)
    {
        var before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "−", PositiveInfinitySymbol = "∞" };
        try
        {
            CultureInfo.CurrentCulture = culture;
            action();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
