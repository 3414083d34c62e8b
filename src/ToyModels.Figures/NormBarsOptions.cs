namespace ToyModels.Figures;

/// <summary>How norm bars are drawn.</summary>
public sealed record NormBarsOptions
{
    /// <summary>The line above; default none.</summary>
    public string Title { get; init; } = "";

    /// <summary>Right end of the axis; null takes the largest norm, and at least 1.</summary>
    public float? Limit { get; init => field = value is { } v ? Checked.Positive(v, nameof(Limit)) : null; }

    /// <summary>Names of the features; null numbers them from 0.</summary>
    public IReadOnlyList<string>? FeatureNames { get; init; }

    /// <summary>Width of the figure in pixels; default 420.</summary>
    public int Width { get; init => field = Checked.Pixels(value, nameof(Width)); } = 420;

    /// <summary>Height of the figure in pixels; default 480.</summary>
    public int Height { get; init => field = Checked.Pixels(value, nameof(Height)); } = 480;
}
