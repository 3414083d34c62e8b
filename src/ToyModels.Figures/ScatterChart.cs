namespace ToyModels.Figures;

/// <summary>Points without lines, such as the dimensionality of every feature over density.</summary>
public static class ScatterChart
{
    /// <summary>Draws one cloud of points for each series.</summary>
    /// <param name="series">At least one; of more than one, each is named in the key.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// There is no series, an axis is empty or not finite, or a value is not positive on a logarithmic axis: the message names series and point.
    /// </exception>
    public static Figure Draw(IReadOnlyList<Series> series, ChartOptions? options = null) => ChartPanel.Draw(series, options ?? new ChartOptions(), points: true);
}
