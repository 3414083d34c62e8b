using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ToyModels.ML;

/// <summary>
/// The finished cells of a sweep: <c>sweep.json</c> tells every cell, <c>cell-NNNNN.safetensors</c> holds one each, whole or not at all. A second
/// process may work in the same folder: what both compute is the same.
/// </summary>
internal sealed class SweepFolder
{
    private const string Format = "toymodels-sweep";
    private const int Version = 1;
    private const string DefinitionName = "sweep.json";

    private static readonly JsonWriterOptions _json = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;

    private SweepFolder(string path) => _path = path;

    /// <summary>Opens or makes the folder of a sweep.</summary>
    /// <exception cref="InvalidDataException">It holds another sweep, or other things.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static SweepFolder Open(string folder, IReadOnlyList<SweepCell> cells)
    {
        var path = Path.GetFullPath(folder);
        var definition = Path.Combine(path, DefinitionName);
        var text = Text(cells);
        try
        {
            Directory.CreateDirectory(path);
            if (!File.Exists(definition))
            {
                RequireEmpty(path);
                Define(path, definition, text);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"'{path}' cannot be written: {e.Message} Choose another folder.", e);
        }

        if (!File.ReadAllBytes(definition).AsSpan().SequenceEqual(text))
        {
            throw new InvalidDataException(
                $"'{path}' holds another sweep: its {DefinitionName} differs from the definition of this one. Choose another folder, or give the definition that stands there.");
        }

        return new SweepFolder(path);
    }

    /// <summary>The result of a cell; null where it has not been finished.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or holds another model.</exception>
    internal TrainingResult? Find(SweepCell cell)
    {
        var path = PathOf(cell);
        if (!File.Exists(path))
        {
            return null;
        }

        var results = WeightsFile.Read(path);
        return results.Count == 1 && results[0].Options == cell.Model && results[0].Densities.AsSpan().SequenceEqual(cell.Distribution.Densities.AsSpan())
            ? results[0]
            : throw new InvalidDataException($"'{path}' does not hold cell {cell.Number} of this sweep; delete it, and the cell is trained again.");
    }

    internal void Add(SweepCell cell, TrainingResult result) => WeightsFile.Write(PathOf(cell), [result], history: true);

    private static void RequireEmpty(string path)
    {
        if (Directory.EnumerateFileSystemEntries(path).Any(f => !Path.GetFileName(f).StartsWith('.')))
        {
            throw new InvalidDataException($"'{path}' is not empty, and holds no {DefinitionName}, so it is not the folder of a sweep; choose an empty one.");
        }
    }

    /// <summary>Puts the definition in place, whole; one that another process has put there meanwhile stays.</summary>
    private static void Define(string path, string definition, byte[] text)
    {
        var partial = Path.Combine(path, $".{DefinitionName}.{Guid.NewGuid():N}.partial");
        try
        {
            File.WriteAllBytes(partial, text);
            File.Move(partial, definition, overwrite: false);
        }
        catch (IOException) when (File.Exists(definition))
        {
            File.Delete(partial);
        }
    }

    /// <summary>Cell by cell: as one tree of nodes, a sweep of many cells would take many times the memory of its text.</summary>
    private static byte[] Text(IEnumerable<SweepCell> cells)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, _json))
        {
            writer.WriteStartObject();
            writer.WriteString("format", Format);
            writer.WriteNumber("version", Version);
            writer.WriteStartArray("cells");
            foreach (var cell in cells)
            {
                new JsonObject
                {
                    ["features"] = cell.Distribution.Count,
                    ["density"] = cell.Distribution.Densities[0],
                    ["range"] = cell.Distribution.Range.ToString(),
                    ["rows"] = cell.Rows,
                    ["options"] = ToyModelJson.Write(cell.Model),
                }.WriteTo(writer);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        text.WriteByte((byte)'\n');
        return text.ToArray();
    }

    private string PathOf(SweepCell cell) => Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"cell-{cell.Number:00000}.safetensors"));
}
