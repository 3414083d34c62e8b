using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace ToyModels;

/// <summary>
/// Trained models as a safetensors file: tensors <c>W</c> [instances, m, n] and <c>b</c> [instances, n] of the best restarts, and in
/// <c>__metadata__</c> the texts <c>format</c> = <c>toymodels</c>, <c>version</c> = <c>1</c> and <c>options</c>, a JSON array with one object an
/// instance. With the history, the file also holds all loss histories, the models of the other restarts as <c>other_restarts.W</c> and
/// <c>other_restarts.b</c>, by instance and restart, and those of all snapshots as <c>snapshots.W</c> and <c>snapshots.b</c>, by instance, restart and step.
/// </summary>
public static class WeightsFile
{
    private const string Format = "toymodels";
    private const int Version = 1;
    private const string Weights = "W";
    private const string Bias = "b";
    private const string OtherWeights = "other_restarts.W";
    private const string OtherBias = "other_restarts.b";
    private const string SnapshotWeights = "snapshots.W";
    private const string SnapshotBias = "snapshots.b";

    /// <summary>Writes a file, whole or not at all: an old one stays until the new one is complete.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="results">The trained instances, at least one, all of one n and one m.</param>
    /// <param name="history">Whether all restarts go into the file, with their loss histories and snapshots; otherwise the best one goes, without.</param>
    /// <exception cref="ArgumentException">There is no result, or they differ in n or m.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<TrainingResult> results, bool history = false) => ToTensors(results, history).Write(path);

    /// <summary>Writes to a stream, which need not be able to seek.</summary>
    /// <param name="stream">Receives the bytes.</param>
    /// <param name="results">The trained instances, at least one, all of one n and one m.</param>
    /// <param name="history">Whether all restarts go into the file, with their loss histories and snapshots; otherwise the best one goes, without.</param>
    /// <exception cref="ArgumentException">There is no result, or they differ in n or m.</exception>
    public static void Write(Stream stream, IReadOnlyList<TrainingResult> results, bool history = false) => ToTensors(results, history).Write(stream);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <returns>The instances. Without history in the file, each has its best restart alone, with an empty loss history.</returns>
    /// <exception cref="InvalidDataException">It is not such a file, is damaged, or is newer than this library.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<TrainingResult> Read(string path) => StoredFile.Read(path, Read);

    /// <summary>Reads a stream from its position to its end. It need not be able to seek.</summary>
    /// <param name="stream">The bytes.</param>
    /// <returns>The instances. Without history in the file, each has its best restart alone, with an empty loss history.</returns>
    /// <exception cref="InvalidDataException">It is not such a file, is damaged, or is newer than this library.</exception>
    public static IReadOnlyList<TrainingResult> Read(Stream stream) => FromTensors(SafetensorsFile.Read(stream));

    private static SafetensorsFile ToTensors(IReadOnlyList<TrainingResult> results, bool history)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (results.Count == 0)
        {
            throw new ArgumentException("results is empty; give at least one trained instance.", nameof(results));
        }

        var first = results[0].Model;
        for (var i = 1; i < results.Count; i++)
        {
            var model = results[i].Model;
            if ((model.FeatureCount, model.HiddenCount) != (first.FeatureCount, first.HiddenCount))
            {
                throw new ArgumentException(
                    $"results[{i}] has n = {model.FeatureCount} and m = {model.HiddenCount}, but results[0] has n = {first.FeatureCount} and m = {first.HiddenCount}; one file holds one size.",
                    nameof(results));
            }
        }

        if (results.SelectMany(r => r.Restarts).Any(r => float.IsNaN(r.EvaluationLoss)))
        {
            throw new ArgumentException("a restart has evaluation loss NaN; a diverged training has +∞.", nameof(results));
        }

        var tensors = new Dictionary<string, FloatTensor>();
        AddModels(tensors, Weights, Bias, [.. results.Select(r => r.Model)]);
        ToyModel[] others = history ? [.. results.SelectMany(r => r.Restarts.Where(o => o != r.Best)).Select(o => o.Model)] : [];
        if (others.Length > 0)
        {
            AddModels(tensors, OtherWeights, OtherBias, others);
        }

        ToyModel[] snapshots = history ? [.. results.SelectMany(r => r.Restarts).SelectMany(r => r.Snapshots).Select(s => s.Model)] : [];
        if (snapshots.Length > 0)
        {
            AddModels(tensors, SnapshotWeights, SnapshotBias, snapshots);
        }

        return new SafetensorsFile(tensors, new Dictionary<string, string>
        {
            ["format"] = Format,
            ["version"] = Version.ToString(CultureInfo.InvariantCulture),
            ["options"] = JsonSerializer.Serialize(results.Select(r => StoredInstance.Of(r, history)), StoredJson.Compact),
        });
    }

    private static void AddModels(Dictionary<string, FloatTensor> tensors, string weightsName, string biasName, ToyModel[] models)
    {
        var (n, m) = (models[0].FeatureCount, models[0].HiddenCount);
        var count = (long)models.Length * m * n;
        if (count > Array.MaxLength)
        {
            throw new ArgumentException($"{models.Length} models of n = {n} and m = {m} are {count} weights; one file holds {Array.MaxLength}. Write fewer to one file.", nameof(models));
        }

        var weights = new float[count];
        var bias = new float[models.Length * n];
        for (var i = 0; i < models.Length; i++)
        {
            models[i].WeightsByDimension.CopyTo(weights.AsSpan(i * m * n));
            models[i].Bias.CopyTo(bias.AsSpan(i * n));
        }

        tensors.Add(weightsName, new FloatTensor([models.Length, m, n], weights));
        tensors.Add(biasName, new FloatTensor([models.Length, n], bias));
    }

    private static TrainingResult[] FromTensors(SafetensorsFile file)
    {
        var instances = ReadInstances(file);
        var others = instances.Sum(i => (long)i.Restarts.Length - 1);
        var snapshots = instances.Sum(i => i.Restarts.Sum(r => r?.SnapshotSteps?.LongLength ?? 0));
        string[] expected = [Weights, Bias, .. (others > 0 ? new[] { OtherWeights, OtherBias } : []), .. (snapshots > 0 ? new[] { SnapshotWeights, SnapshotBias } : [])];
        if (file.Tensors.Keys.Except(expected).FirstOrDefault() is { } unknown)
        {
            throw new InvalidDataException($"tensor '{unknown}' does not belong here; the options ask for {string.Join(", ", expected)}.");
        }

        var best = new ModelReader(file, Weights, Bias, instances.Length);
        var other = others > 0 ? new ModelReader(file, OtherWeights, OtherBias, others, best) : best;
        var snapshot = snapshots > 0 ? new ModelReader(file, SnapshotWeights, SnapshotBias, snapshots, best) : best;
        return [.. instances.Select((instance, i) => instance.ToResult($"options[{i}]", best, other, snapshot))];
    }

    private static StoredInstance[] ReadInstances(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue("format", out var format) || format != Format)
        {
            throw new InvalidDataException($"its format is {(format is null ? "not told" : $"'{format}'")}, but must be '{Format}': it was not written by this library.");
        }

        var version = file.Metadata.GetValueOrDefault("version");
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
        {
            throw new InvalidDataException($"its version is {(version is null ? "not told" : $"'{version}'")}, but must be a whole number from 1.");
        }

        if (number > Version)
        {
            throw new InvalidDataException($"this file is newer than this library: it has version {number}, the library reads up to {Version}. Update the library.");
        }

        if (!file.Metadata.TryGetValue("options", out var options))
        {
            throw new InvalidDataException("it has no options; a JSON array with one object an instance must stand there.");
        }

        var elements = StoredJson.Read("options", () => JsonSerializer.Deserialize<JsonElement[]>(options, StoredJson.Compact));
        return elements.Length > 0
            ? [.. elements.Select((element, i) => StoredJson.Read($"options[{i}]", () => element.Deserialize<StoredInstance>(StoredJson.Compact)))]
            : throw new InvalidDataException("options is an empty array; it must hold one object an instance.");
    }

    /// <summary>Takes models in their order from a pair of tensors whose shapes were checked.</summary>
    internal sealed class ModelReader
    {
        private readonly string _weightsName;
        private readonly string _biasName;
        private readonly ReadOnlyMemory<float> _weights;
        private readonly ReadOnlyMemory<float> _bias;
        private int _next;

        internal ModelReader(SafetensorsFile file, string weightsName, string biasName, long count, ModelReader? like = null)
        {
            (_weightsName, _biasName) = (weightsName, biasName);
            var weights = Find(file, weightsName);
            var bias = Find(file, biasName);
            var shape = weights.Shape;
            if (shape.Length != 3 || shape[0] != count || shape[1] is < 1 or > int.MaxValue || shape[2] is < 1 or > int.MaxValue
                || (like is not null && (shape[1] != like.Hidden || shape[2] != like.Features)))
            {
                throw new InvalidDataException(
                    $"tensor '{weightsName}' has shape [{string.Join(", ", shape)}], but must have [{count}, {like?.Hidden.ToString(CultureInfo.InvariantCulture) ?? "m"}, {like?.Features.ToString(CultureInfo.InvariantCulture) ?? "n"}].");
            }

            if (!bias.Shape.AsSpan().SequenceEqual([count, shape[2]]))
            {
                throw new InvalidDataException($"tensor '{biasName}' has shape [{string.Join(", ", bias.Shape)}], but must have [{count}, {shape[2]}].");
            }

            (Hidden, Features) = ((int)shape[1], (int)shape[2]);
            (_weights, _bias) = (weights.Values, bias.Values);
        }

        /// <summary>m.</summary>
        internal int Hidden { get; }

        /// <summary>n.</summary>
        internal int Features { get; }

        internal ToyModel Next(ToyModelKind kind)
        {
            var index = _next++;
            var rows = _weights.Span.Slice(index * Hidden * Features, Hidden * Features);
            var bias = _bias.Span.Slice(index * Features, Features);
            var weights = new float[rows.Length];
            for (var i = 0; i < Features; i++)
            {
                for (var k = 0; k < Hidden; k++)
                {
                    var value = rows[(k * Features) + i];
                    weights[(i * Hidden) + k] = float.IsFinite(value)
                        ? value
                        : throw NotFinite($"{_weightsName}[{index}, {k}, {i}]", value);
                }

                if (!float.IsFinite(bias[i]))
                {
                    throw NotFinite($"{_biasName}[{index}, {i}]", bias[i]);
                }
            }

            return new ToyModel(kind, Hidden, weights, bias);
        }

        private static FloatTensor Find(SafetensorsFile file, string name) =>
            file.Tensors.TryGetValue(name, out var tensor) ? tensor : throw new InvalidDataException($"tensor '{name}' is missing.");

        private static InvalidDataException NotFinite(string where, float value) =>
            new(FormattableString.Invariant($"{where} is {value}; weights and biases must be finite."));
    }
}
