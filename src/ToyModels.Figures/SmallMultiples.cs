using System.Collections.Immutable;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>
/// Figures of one kind side by side, drawn anew at the size of their place, so that letters keep their size; a colour scale or
/// key that several share is drawn once, below.
/// </summary>
public static class SmallMultiples
{
    private const float ColumnGap = 22;
    private const float RowGap = 14;
    private const float HeadingHeight = 24;

    /// <summary>Composes figures row by row.</summary>
    /// <param name="panels">At least one; the last row may be shorter.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no panel, or the headings do not fit the rows or columns.</exception>
    public static Figure Draw(IReadOnlyList<Figure> panels, SmallMultiplesOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(panels);
        Checked.AtLeastOne(panels.Count, "panels.Count");
        options ??= new SmallMultiplesOptions();
        var rows = (panels.Count + options.Columns - 1) / options.Columns;
        CheckHeadings(options.ColumnHeadings, options.Columns, nameof(options.ColumnHeadings), "column");
        CheckHeadings(options.RowHeadings, rows, nameof(options.RowHeadings), "row");
        var grid = new Grid(panels, options, rows);
        ImmutableArray<FigureKey> keys = [.. panels.SelectMany(p => p.Keys).Distinct()];
        var width = options.Width ?? (int)MathF.Ceiling(grid.NaturalWidth + (2 * Chrome.Margin));
        var chrome = new Chrome(width, options.Title, keys);
        var height = (int)MathF.Ceiling(grid.Height + chrome.Top + chrome.Bottom);
        return new Figure(width, height, options.Title, grid.AltText, keys, grid.Draw);
    }

    private static void CheckHeadings(IReadOnlyList<string> headings, int count, string name, string of)
    {
        if (headings.Count > 0)
        {
            Checked.Length(headings.Count, count, name, $"one for each {of}, or none");
        }
    }

    /// <summary>Where the panels of a grid stand.</summary>
    private sealed class Grid
    {
        private readonly ImmutableArray<Figure> _panels;
        private readonly ImmutableArray<string> _columnHeadings;
        private readonly ImmutableArray<string> _rowHeadings;
        private readonly int _columns;
        private readonly float _rowHeadingWidth;
        private readonly float _top;
        private readonly float _titleHeight;
        private readonly float _panelHeight;

        internal Grid(IReadOnlyList<Figure> panels, SmallMultiplesOptions options, int rows)
        {
            _panels = [.. panels];
            _columnHeadings = [.. options.ColumnHeadings];
            _rowHeadings = [.. options.RowHeadings];
            _columns = options.Columns;
            _rowHeadingWidth = _rowHeadings.IsEmpty ? 0 : _rowHeadings.Max(h => Typeface.Width(h, Ink.LabelSize, bold: true)) + 16;
            _top = _columnHeadings.IsEmpty ? 0 : HeadingHeight;
            var titled = options.PanelTitles ?? (_columnHeadings.IsEmpty && _rowHeadings.IsEmpty);
            _titleHeight = titled && panels.Any(p => p.Title.Length > 0) ? HeadingHeight : 0;
            _panelHeight = options.PanelHeight ?? panels.Max(p => p.BodySize.Height);
            Height = _top + (rows * (_panelHeight + _titleHeight)) + ((rows - 1) * RowGap);
            NaturalWidth = _rowHeadingWidth + (_columns * panels.Max(p => p.BodySize.Width)) + ((_columns - 1) * ColumnGap);
            AltText = Describe(rows, options);
        }

        internal float Height { get; }

        internal float NaturalWidth { get; }

        internal string AltText { get; }

        internal void Draw(SKCanvas canvas, SKRect place)
        {
            var left = place.Left + _rowHeadingWidth;
            var panelWidth = (place.Right - left - ((_columns - 1) * ColumnGap)) / _columns;
            for (var i = 0; i < _panels.Length; i++)
            {
                var (row, column) = (i / _columns, i % _columns);
                var x = left + (column * (panelWidth + ColumnGap));
                var y = place.Top + _top + (row * (_panelHeight + _titleHeight + RowGap));
                if (row == 0 && !_columnHeadings.IsEmpty)
                {
                    Pen.Text(canvas, _columnHeadings[column], x + (panelWidth / 2), place.Top + 13, Ink.HeadingSize, Ink.Text, SKTextAlign.Center, bold: true);
                }

                if (column == 0 && !_rowHeadings.IsEmpty)
                {
                    Pen.Text(canvas, _rowHeadings[row], place.Left, y + _titleHeight + (_panelHeight / 2), Ink.LabelSize, Ink.Text, bold: true);
                }

                if (_titleHeight > 0)
                {
                    Pen.Text(canvas, _panels[i].Title, x + (panelWidth / 2), y + 13, Ink.LabelSize, Ink.Text, SKTextAlign.Center, bold: true);
                }

                _panels[i].DrawBody(canvas, SKRect.Create(x, y + _titleHeight, panelWidth, _panelHeight));
            }
        }

        private string Describe(int rows, SmallMultiplesOptions options)
        {
            var headings = string.Join("; ", Headings("columns", options.ColumnHeadings).Concat(Headings("rows", options.RowHeadings)));
            return $"{_panels.Length} panels in {rows} rows and {_columns} columns{(headings.Length > 0 ? $" ({headings})" : "")}. First panel: {_panels[0].AltText}";

            static IEnumerable<string> Headings(string of, IReadOnlyList<string> headings) => headings.Count == 0 ? [] : [$"{of}: {string.Join(", ", headings)}"];
        }
    }
}
