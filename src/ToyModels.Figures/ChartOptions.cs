namespace ToyModels.Figures;

/// <summary>How a line or scatter chart is drawn.</summary>
public sealed record ChartOptions
{
    /// <summary>The line above; default none.</summary>
    public string Title { get; init; } = "";

    /// <summary>The horizontal axis; default linear over the data.</summary>
    public ChartAxis X { get; init => field = value ?? throw new ArgumentNullException(nameof(X)); } = new();

    /// <summary>The vertical axis; default linear over the data.</summary>
    public ChartAxis Y { get; init => field = value ?? throw new ArgumentNullException(nameof(Y)); } = new();

    /// <summary>True where the series run along a scale, one for each density for example: their colours then do too. Default false.</summary>
    public bool OrderedSeries { get; init; }

    /// <summary>Width of the figure in pixels; default 640.</summary>
    public int Width { get; init => field = Checked.Pixels(value, nameof(Width)); } = 640;

    /// <summary>Height of the figure in pixels; default 400.</summary>
    public int Height { get; init => field = Checked.Pixels(value, nameof(Height)); } = 400;
}
