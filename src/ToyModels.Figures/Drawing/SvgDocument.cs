using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>
/// Turns the SVG that Skia writes into one that stands alone: a viewBox, a title and a description, letters as outlines (each
/// glyph once, then referred to), so that it looks the same where the typeface is not installed, and crisp heat-map cells.
/// </summary>
internal static class SvgDocument
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private static readonly XNamespace Link = "http://www.w3.org/1999/xlink";

    internal static string Finish(Stream skia, int width, int height, string title, string description)
    {
        var mark = Convert.ToHexStringLower(SHA256.HashData(skia))[..8];
        skia.Position = 0;
        var root = XDocument.Load(skia).Root!;
        root.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height}"));
        root.SetAttributeValue("role", "img");
        root.SetAttributeValue("aria-label", title.Length > 0 ? $"{title}. {description}" : description);
        foreach (var image in root.Descendants(Svg + "image"))
        {
            image.SetAttributeValue("style", "image-rendering:pixelated");
        }

        var glyphs = new GlyphOutlines();
        foreach (var text in root.Descendants(Svg + "text").ToList())
        {
            text.ReplaceWith(glyphs.Outline(text));
        }

        root.AddFirst(new XElement(Svg + "title", title.Length > 0 ? title : description), new XElement(Svg + "desc", description), glyphs.Definitions());
        MarkIds(root, $"f{mark}-");
        var written = new StringBuilder();
        using (var writer = XmlWriter.Create(written, new XmlWriterSettings { Indent = true, IndentChars = " ", NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            root.Save(writer);
        }

        return written.Append('\n').ToString();
    }

    /// <summary>Puts a prefix before every id, so that several figures can stand in one HTML page; it comes from the content, so that it never changes.</summary>
    private static void MarkIds(XElement root, string prefix)
    {
        foreach (var attribute in root.Descendants().Attributes())
        {
            if (attribute.Name == "id")
            {
                attribute.Value = prefix + attribute.Value;
            }
            else if (attribute.Name == Link + "href" && attribute.Value.StartsWith('#'))
            {
                attribute.Value = $"#{prefix}{attribute.Value[1..]}";
            }
            else if (attribute.Value.StartsWith("url(#", StringComparison.Ordinal))
            {
                attribute.Value = $"url(#{prefix}{attribute.Value[5..]}";
            }
        }
    }

    /// <summary>The glyphs that a document uses, each as a path in units of a 100 point em.</summary>
    private sealed class GlyphOutlines
    {
        private const float Em = 100;
        private readonly Dictionary<(bool Bold, ushort Glyph), string> _ids = [];
        private readonly List<XElement> _paths = [];

        internal XElement Definitions() => new(Svg + "defs", _paths);

        /// <summary>A group of glyphs in the place of a text element, whose x holds one position for each glyph and whose y holds the baseline.</summary>
        internal XElement Outline(XElement text)
        {
            var size = Numbers(text, "font-size")[0];
            var bold = ((string?)text.Attribute("font-family") ?? "").Contains("SemiBold", StringComparison.Ordinal);
            var (xs, ys) = (Numbers(text, "x"), Numbers(text, "y"));
            using var font = Typeface.Font(Em, bold);
            var glyphs = font.GetGlyphs(text.Value.Trim('\r', '\n', '\t'));
            var group = new XElement(Svg + "g", text.Attribute("transform"), text.Attribute("fill"), text.Attribute("fill-opacity"));
            for (var i = 0; i < Math.Min(glyphs.Length, xs.Length); i++)
            {
                if (Id(font, bold, glyphs[i]) is { } id)
                {
                    var (x, y, scale) = (xs[i], ys[Math.Min(i, ys.Length - 1)], size / Em);
                    group.Add(new XElement(
                        Svg + "use",
                        new XAttribute(Link + "href", $"#{id}"),
                        new XAttribute("transform", string.Create(CultureInfo.InvariantCulture, $"translate({x:0.##} {y:0.##}) scale({scale:0.####})"))));
                }
            }

            return group;
        }

        private string? Id(SKFont font, bool bold, ushort glyph)
        {
            if (_ids.TryGetValue((bold, glyph), out var known))
            {
                return known;
            }

            using var path = font.GetGlyphPath(glyph);
            if (path is null || path.IsEmpty)
            {
                return null;
            }

            var id = string.Create(CultureInfo.InvariantCulture, $"{(bold ? 'b' : 'r')}{glyph}");
            _ids.Add((bold, glyph), id);
            _paths.Add(new XElement(Svg + "path", new XAttribute("id", id), new XAttribute("d", path.ToSvgPathData())));
            return id;
        }

        private static float[] Numbers(XElement element, string attribute) =>
        [
            .. ((string?)element.Attribute(attribute) ?? "0")
                .Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)
                .Select(n => float.Parse(n, CultureInfo.InvariantCulture)),
        ];
    }
}
