namespace ToyModels.Figures;

/// <summary>How a grid of figures is laid out.</summary>
public sealed record SmallMultiplesOptions
{
    /// <summary>Panels in a row, at least 1; default 2.</summary>
    public int Columns { get; init => field = Checked.AtLeastOne(value, nameof(Columns)); } = 2;

    /// <summary>The line above; default none.</summary>
    public string Title { get; init; } = "";

    /// <summary>One for each column; empty for none, the default.</summary>
    public IReadOnlyList<string> ColumnHeadings { get; init; } = [];

    /// <summary>One for each row; empty for none, the default.</summary>
    public IReadOnlyList<string> RowHeadings { get; init; } = [];

    /// <summary>Whether each panel keeps its own title; null, the default, says yes where there are no headings.</summary>
    public bool? PanelTitles { get; init; }

    /// <summary>Width of the whole figure in pixels; null, the default, gives each panel the width of the widest.</summary>
    public int? Width { get; init => field = value is { } v ? Checked.Pixels(v, nameof(Width)) : null; }

    /// <summary>Height of each panel in pixels; null, the default, takes that of the highest.</summary>
    public int? PanelHeight { get; init => field = value is { } v ? Checked.Pixels(v, nameof(PanelHeight)) : null; }
}
