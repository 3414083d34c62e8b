namespace ToyModels.Figures;

/// <summary>One axis of a chart.</summary>
public sealed record ChartAxis
{
    /// <summary>What it measures; default nothing.</summary>
    public string Label { get; init; } = "";

    /// <summary>True for a logarithmic axis, whose values must be positive; default false.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>Lower end; null takes the smallest value, with a margin.</summary>
    public double? Minimum { get; init; }

    /// <summary>Upper end; null takes the largest value, with a margin.</summary>
    public double? Maximum { get; init; }

    /// <summary>Values marked by a thin line across the chart, such as the fractions of closed geometries; default none.</summary>
    public IReadOnlyList<ReferenceLine> References { get; init; } = [];
}

/// <summary>A thin line at a value that theory gives.</summary>
/// <param name="Value">Where it stands; one outside the axis is not drawn.</param>
/// <param name="Label">What stands at its end.</param>
public readonly record struct ReferenceLine(double Value, string Label);
