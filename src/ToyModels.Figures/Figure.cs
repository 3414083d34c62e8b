using System.Collections.Immutable;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>
/// A finished figure: it can be saved as SVG or PNG any number of times, from any thread, and gives the same bytes every time.
/// Immutable; the data were copied when it was drawn.
/// </summary>
public sealed class Figure
{
    private const int LeastBody = 40;

    private readonly Chrome _chrome;
    private readonly Action<SKCanvas, SKRect> _body;

    internal Figure(int width, int height, string title, string altText, ImmutableArray<FigureKey> keys, Action<SKCanvas, SKRect> body)
    {
        _chrome = new Chrome(width, title, keys);
        var room = _chrome.Body(height);
        if (room.Width < LeastBody || room.Height < LeastBody)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"A figure of {width} × {height} pixels leaves {room.Width} × {room.Height} for its body beside title and keys; it needs at least {LeastBody} × {LeastBody}. Make it larger."));
        }

        (Width, Height, Title, AltText, Keys, _body) = (width, height, title, altText, keys, body);
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>The line above the figure; empty where there is none.</summary>
    public string Title { get; }

    /// <summary>What the figure shows, in a sentence or two, for a reader who cannot see it. Plain text, not escaped.</summary>
    public string AltText { get; }

    internal ImmutableArray<FigureKey> Keys { get; }

    internal SKSize BodySize => _chrome.Body(Height).Size;

    /// <summary>Writes the figure to a file, replacing one that is there.</summary>
    /// <param name="path">A path that ends in .svg or .png.</param>
    /// <exception cref="ArgumentException">Another extension.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".svg":
                File.WriteAllText(path, ToSvg());
                break;
            case ".png":
                File.WriteAllBytes(path, ToPng());
                break;
            case var extension:
                throw new ArgumentException($"path '{path}' ends in '{extension}'; a figure is saved as .svg or .png.", nameof(path));
        }
    }

    /// <summary>The figure as an SVG document of its own: scalable, letters as outlines, title and description for assistive technology.</summary>
    public string ToSvg()
    {
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, Width, Height), stream))
        {
            Draw(canvas);
        }

        stream.Position = 0;
        return SvgDocument.Finish(stream, Width, Height, Title, AltText);
    }

    /// <summary>The figure as a PNG image of <see cref="Width"/>·scale by <see cref="Height"/>·scale pixels.</summary>
    /// <param name="scale">Pixels for each unit of length, 1 to 8; 2 for screens of high density.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is outside.</exception>
    public byte[] ToPng(int scale = 1)
    {
        if (scale is < 1 or > 8)
        {
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "scale must be a whole number from 1 to 8.");
        }

        using var surface = SKSurface.Create(new SKImageInfo(Width * scale, Height * scale, SKColorType.Rgba8888, SKAlphaType.Premul))
            ?? throw new InvalidOperationException($"No image of {Width * scale} × {Height * scale} pixels can be made.");
        surface.Canvas.Scale(scale);
        Draw(surface.Canvas);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>Draws the body alone, without title and keys, into a place of another figure.</summary>
    internal void DrawBody(SKCanvas canvas, SKRect place) => _body(canvas, place);

    private void Draw(SKCanvas canvas)
    {
        Pen.Fill(canvas, new SKRect(0, 0, Width, Height), Ink.Paper);
        _chrome.Draw(canvas, Height);
        _body(canvas, _chrome.Body(Height));
    }
}
