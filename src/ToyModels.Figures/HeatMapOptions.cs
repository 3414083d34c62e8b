namespace ToyModels.Figures;

/// <summary>How a heat map is drawn.</summary>
public sealed record HeatMapOptions
{
    /// <summary>The line above; default none.</summary>
    public string Title { get; init; } = "";

    /// <summary>What the values are, beside the colour scale; default "WᵀW".</summary>
    public string ValueLabel { get; init; } = "WᵀW";

    /// <summary>The colours run over [−Limit, Limit]; values beyond take the end colours. Positive; default 1.</summary>
    public float Limit { get; init => field = Checked.Positive(value, nameof(Limit)); } = 1;

    /// <summary>What the rows are; default "feature".</summary>
    public string RowLabel { get; init; } = "feature";

    /// <summary>What the columns are; default "feature".</summary>
    public string ColumnLabel { get; init; } = "feature";

    /// <summary>Names of the rows; null numbers them from 0.</summary>
    public IReadOnlyList<string>? RowNames { get; init; }

    /// <summary>Names of the columns; null numbers them from 0.</summary>
    public IReadOnlyList<string>? ColumnNames { get; init; }

    /// <summary>Width of the figure in pixels; default 480.</summary>
    public int Width { get; init => field = Checked.Pixels(value, nameof(Width)); } = 480;

    /// <summary>Height of the figure in pixels; default 480.</summary>
    public int Height { get; init => field = Checked.Pixels(value, nameof(Height)); } = 480;
}
