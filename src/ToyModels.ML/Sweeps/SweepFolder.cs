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

    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;

    private SweepFolder(string path) => _path = path;

    /// <summary>Opens or makes the folder of a sweep.</summary>
    /// <exception cref="InvalidDataException">It holds another sweep, or other things.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static SweepFolder Open(string folder, IReadOnlyList<SweepCell> cells)
    {
        var path = Path.GetFullPath(folder);
        Directory.CreateDirectory(path);
        var definition = Path.Combine(path, "sweep.json");
        var text = Text(cells);
        if (!File.Exists(definition))
        {
            if (Directory.EnumerateFiles(path).Any(f => !Path.GetFileName(f).StartsWith('.')))
            {
                throw new InvalidDataException($"'{path}' holds files, but no sweep.json, so it is not the folder of a sweep; choose an empty one.");
            }

            var partial = Path.Combine(path, $".sweep.json.{Guid.NewGuid():N}.partial");
            File.WriteAllText(partial, text);
            File.Move(partial, definition, overwrite: true);
        }
        else if (File.ReadAllText(definition) != text)
        {
            throw new InvalidDataException(
                $"'{path}' holds another sweep: its sweep.json differs from the definition of this one. Choose another folder, or give the definition that stands there.");
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

    private static string Text(IEnumerable<SweepCell> cells) =>
        new JsonObject
        {
            ["format"] = Format,
            ["version"] = Version,
            ["cells"] = new JsonArray([.. cells.Select(cell => new JsonObject
            {
                ["features"] = cell.Distribution.Count,
                ["density"] = cell.Distribution.Densities[0],
                ["range"] = cell.Distribution.Range.ToString(),
                ["rows"] = cell.Rows,
                ["options"] = ToyModelJson.Write(cell.Model),
            })]),
        }.ToJsonString(_json) + "\n";

    private string PathOf(SweepCell cell) => Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"cell-{cell.Number:00000}.safetensors"));
}
