namespace ToyModels.Figures;

/// <summary>How feature arrows are drawn.</summary>
public sealed record FeatureArrowsOptions
{
    /// <summary>The line above; default none.</summary>
    public string Title { get; init; } = "";

    /// <summary>Names of the features; null numbers them from 0.</summary>
    public IReadOnlyList<string>? FeatureNames { get; init; }

    /// <summary>Both axes run over [−Limit, Limit]; null takes the longest arrow, and at least 1, with a margin. Set it to compare pictures.</summary>
    public float? Limit { get; init => field = value is { } v ? Checked.Positive(v, nameof(Limit)) : null; }

    /// <summary>Width of the figure in pixels; default 380.</summary>
    public int Width { get; init => field = Checked.Pixels(value, nameof(Width)); } = 380;

    /// <summary>Height of the figure in pixels; default 400.</summary>
    public int Height { get; init => field = Checked.Pixels(value, nameof(Height)); } = 400;
}
