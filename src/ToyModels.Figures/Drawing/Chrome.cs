using System.Collections.Immutable;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>What stands around the body of a figure: the title above it, the keys below.</summary>
internal sealed class Chrome
{
    internal const float Margin = 14;
    private const float KeyGap = 26;
    private const float TitleLine = 22;

    private readonly int _width;
    private readonly IReadOnlyList<string> _title;
    private readonly List<List<FigureKey>> _rows = [];

    internal Chrome(int width, string title, ImmutableArray<FigureKey> keys)
    {
        _width = width;
        var room = width - (2 * Margin);
        _title = Pen.Wrap(title, room, Ink.TitleSize, bold: true);
        var x = float.PositiveInfinity;
        foreach (var key in keys)
        {
            if (x + key.Width > room)
            {
                _rows.Add([]);
                x = 0;
            }

            _rows[^1].Add(key);
            x += key.Width + KeyGap;
        }
    }

    /// <summary>Height from the top edge to the body.</summary>
    internal float Top => _title.Count == 0 ? Margin : Margin + (_title.Count * TitleLine) + 6;

    /// <summary>Height from the body to the bottom edge.</summary>
    internal float Bottom => _rows.Count == 0 ? Margin : Margin + (_rows.Count * FigureKey.RowHeight) + 4;

    /// <summary>The body's place in a figure of this height.</summary>
    internal SKRect Body(int height) => new(Margin, Top, _width - Margin, height - Bottom);

    internal void Draw(SKCanvas canvas, int height)
    {
        for (var i = 0; i < _title.Count; i++)
        {
            Pen.Text(canvas, _title[i], Margin, Margin + (i * TitleLine) + 15, Ink.TitleSize, Ink.Text, bold: true);
        }

        for (var r = 0; r < _rows.Count; r++)
        {
            var x = Margin;
            var middle = height - Margin - ((_rows.Count - r - 0.5f) * FigureKey.RowHeight) + 3;
            foreach (var key in _rows[r])
            {
                key.Draw(canvas, x, middle);
                x += key.Width + KeyGap;
            }
        }
    }
}
