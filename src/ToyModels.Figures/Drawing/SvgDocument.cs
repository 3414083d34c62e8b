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
    private static readonly XNamespace _svg = "http://www.w3.org/2000/svg";
    private static readonly XNamespace _link = "http://www.w3.org/1999/xlink";

    internal static string Finish(Stream skia, int width, int height, string title, string description)
    {
        var root = XDocument.Load(skia).Root!;
        root.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height}"));
        root.SetAttributeValue("role", "img");
        root.SetAttributeValue("aria-label", title.Length > 0 ? $"{title}. {description}" : description);
        foreach (var image in root.Descendants(_svg + "image"))
        {
            // Browsers know the word of CSS, older renderers that of SVG 1.1.
            image.SetAttributeValue("image-rendering", "optimizeSpeed");
            image.SetAttributeValue("style", "image-rendering:pixelated");
        }

        var glyphs = new GlyphOutlines();
        foreach (var text in root.Descendants(_svg + "text").ToList())
        {
            text.ReplaceWith(glyphs.Outline(text));
        }

        root.AddFirst(new XElement(_svg + "title", title.Length > 0 ? title : description), new XElement(_svg + "desc", description), glyphs.Definitions());
        ShortenNumbers(root);
        NumberIds(root, "");
        NumberIds(root, $"f{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Write(root))))[..8]}-");
        return Write(root);
    }

    private static string Write(XElement root)
    {
        var written = new StringBuilder();
        using (var writer = XmlWriter.Create(written, new XmlWriterSettings { Indent = true, IndentChars = "", NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            root.Save(writer);
        }

        return written.Append('\n').ToString();
    }

    /// <summary>
    /// Numbers the ids in their order, for Skia counts on from one document to the next; with a prefix that comes from the content,
    /// several figures can stand in one HTML page.
    /// </summary>
    private static void NumberIds(XElement root, string prefix)
    {
        var names = root.Descendants().Attributes("id").Select((id, i) => (id.Value, Name: $"{prefix}{i}")).ToDictionary();
        foreach (var attribute in root.Descendants().Attributes())
        {
            if (attribute.Name == "id")
            {
                attribute.Value = names[attribute.Value];
            }
            else if (attribute.Name == _link + "href" && attribute.Value.StartsWith('#'))
            {
                attribute.Value = $"#{names[attribute.Value[1..]]}";
            }
            else if (attribute.Value.StartsWith("url(#", StringComparison.Ordinal))
            {
                attribute.Value = $"url(#{names[attribute.Value[5..^1]]})";
            }
        }
    }

    /// <summary>Rounds positions to a hundredth of a pixel: half of the document would be digits that nobody sees.</summary>
    private static void ShortenNumbers(XElement root)
    {
        foreach (var attribute in root.Descendants().Attributes().Where(a => a.Name.LocalName is "x" or "y" or "width" or "height" or "cx" or "cy" or "rx" or "ry"))
        {
            if (float.TryParse(attribute.Value, CultureInfo.InvariantCulture, out var number))
            {
                attribute.Value = Short(number);
            }
        }
    }

    private static string Short(float number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The glyphs that a document uses, each as a path in units of a 100 point em.</summary>
    private sealed class GlyphOutlines
    {
        private const float Em = 100;
        private readonly Dictionary<(bool Bold, ushort Glyph), string> _ids = [];
        private readonly List<XElement> _paths = [];

        internal XElement Definitions() => new(_svg + "defs", _paths);

        /// <summary>A group of glyphs in the place of a text element, whose x holds one position for each glyph and whose y holds the baseline.</summary>
        internal XElement Outline(XElement text)
        {
            var size = Numbers(text, "font-size")[0];
            var bold = ((string?)text.Attribute("font-family") ?? "").Contains("SemiBold", StringComparison.Ordinal);
            var (xs, ys) = (Numbers(text, "x"), Numbers(text, "y"));
            using var font = Typeface.Font(Em, bold);
            var glyphs = font.GetGlyphs(text.Value.Trim('\r', '\n', '\t'));
            var scale = size / Em;
            var place = string.Create(CultureInfo.InvariantCulture, $"{(string?)text.Attribute("transform")} scale({scale:0.####})").TrimStart();
            var group = new XElement(_svg + "g", new XAttribute("transform", place), text.Attribute("fill"), text.Attribute("fill-opacity"));
            for (var i = 0; i < Math.Min(glyphs.Length, xs.Length); i++)
            {
                if (Id(font, bold, glyphs[i]) is { } id)
                {
                    var (x, y) = (xs[i] / scale, ys[Math.Min(i, ys.Length - 1)] / scale);
                    group.Add(new XElement(
                        _svg + "use",
                        new XAttribute(_link + "href", $"#{id}"),
                        new XAttribute("x", Short(x)),
                        new XAttribute("y", Short(y))));
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
            _paths.Add(new XElement(_svg + "path", new XAttribute("id", id), new XAttribute("d", path.ToSvgPathData())));
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
