namespace ToyModels.Figures;

/// <summary>How a model card is drawn.</summary>
public sealed record ModelCardOptions
{
    /// <summary>The line above; null words it from the configuration where there is one.</summary>
    public string? Title { get; init; }

    /// <summary>Right end of the norm axis; null takes the largest norm, and at least 1. Set it to compare cards.</summary>
    public float? NormLimit { get; init => field = value is { } v ? Checked.Positive(v, nameof(NormLimit)) : null; }

    /// <summary>Width of the figure in pixels; default 640.</summary>
    public int Width { get; init => field = Checked.Pixels(value, nameof(Width)); } = 640;

    /// <summary>Height of the figure in pixels; default 380.</summary>
    public int Height { get; init => field = Checked.Pixels(value, nameof(Height)); } = 380;
}
