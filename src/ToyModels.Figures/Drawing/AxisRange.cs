using System.Collections.Immutable;
using ScottPlot;

namespace ToyModels.Figures;

/// <summary>The limits of an axis in plot units: the values, or their decimal logarithms.</summary>
/// <param name="Low">Lower limit.</param>
/// <param name="High">Upper limit.</param>
/// <param name="Logarithmic">True where the units are decimal logarithms.</param>
internal readonly record struct AxisRange(double Low, double High, bool Logarithmic)
{
    internal double Place(double value) => Logarithmic ? Math.Log10(value) : value;

    internal bool Holds(double value) => (!Logarithmic || value > 0) && Place(value) >= Low && Place(value) <= High;

    internal IEnumerable<Tick> Ticks(float length, float spacing) => Logarithmic
        ? Figures.Ticks.Logarithmic(Low, High, length, spacing)
        : Figures.Ticks.Linear(Low, High, length, spacing);

    /// <summary>The limits that were asked for, else those of the data with a margin of a twentieth.</summary>
    internal static AxisRange Of(ChartAxis axis, string name, IReadOnlyList<Series> series, Func<Series, ImmutableArray<double>> values)
    {
        foreach (var one in series)
        {
            for (var i = 0; axis.Logarithmic && i < values(one).Length; i++)
            {
                if (values(one)[i] <= 0)
                {
                    throw new ArgumentException(FormattableString.Invariant(
                        $"Point {i} of series '{one.Name}' has {name} = {values(one)[i]}; a logarithmic axis needs values above 0."), name);
                }
            }
        }

        Require(axis, axis.Minimum, name, nameof(axis.Minimum));
        Require(axis, axis.Maximum, name, nameof(axis.Maximum));
        double Plot(double value) => axis.Logarithmic ? Math.Log10(value) : value;
        var low = Plot(axis.Minimum ?? series.Min(s => values(s).Min()));
        var high = Plot(axis.Maximum ?? series.Max(s => values(s).Max()));
        if (low > high || (low == high && axis.Minimum is not null && axis.Maximum is not null))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"Axis {name} would run from {axis.Minimum ?? series.Min(s => values(s).Min())} to {axis.Maximum ?? series.Max(s => values(s).Max())}; its upper end must lie above its lower end."), name);
        }

        var margin = Margin(low, high, axis.Logarithmic);
        return new AxisRange(axis.Minimum is null ? low - margin : low, axis.Maximum is null ? high + margin : high, axis.Logarithmic);
    }

    private static double Margin(double low, double high, bool logarithmic) =>
        high > low ? 0.05 * (high - low)
        : logarithmic ? 0.5
        : low == 0 ? 1
        : 0.5 * Math.Abs(low);

    private static void Require(ChartAxis axis, double? limit, string name, string which)
    {
        if (limit is { } value && (!double.IsFinite(value) || (axis.Logarithmic && value <= 0)))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{which} of axis {name} is {value}; it must be finite{(axis.Logarithmic ? " and, on a logarithmic axis, above 0" : "")}."), name);
        }
    }
}
