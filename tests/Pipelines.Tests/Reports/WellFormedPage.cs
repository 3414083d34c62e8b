using System.Xml;
using System.Xml.Linq;

namespace ToyModels.Pipelines.Tests;

/// <summary>Reads a report as XML, which it is too.</summary>
internal static class WellFormedPage
{
    public static readonly XNamespace Html = "http://www.w3.org/1999/xhtml";

    public static XElement Read(string path)
    {
        using var reader = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader).Root!;
    }

    /// <summary>Whatever a browser would have to fetch, or could not find.</summary>
    public static IEnumerable<string> OutsideResources(XElement page, string folder)
    {
        string[] fetching = ["link", "script", "iframe", "object", "embed", "video", "audio", "source", "base"];
        foreach (var element in page.Descendants())
        {
            if (fetching.Contains(element.Name.LocalName))
            {
                yield return element.Name.LocalName;
            }

            if (element.Attribute("src")?.Value is { } source && !source.StartsWith("data:image/", StringComparison.Ordinal))
            {
                yield return source;
            }

            if (element.Attribute("href")?.Value is { } target && !IsHere(page, folder, target))
            {
                yield return target;
            }
        }

        var style = page.Descendants(Html + "style").Single().Value;
        if (style.Contains("url(", StringComparison.Ordinal) || style.Contains("@import", StringComparison.Ordinal))
        {
            yield return "style";
        }
    }

    private static bool IsHere(XElement page, string folder, string target) => target.StartsWith('#')
        ? page.Descendants().Any(e => e.Attribute("id")?.Value == target[1..])
        : File.Exists(Path.Combine(folder, target));
}
