using System.Globalization;
using System.Text;

namespace ToyModels;

/// <summary>
/// The measures of every feature of every instance as a table, <c>features.csv</c>. Comma, line feed, UTF-8, RFC 4180, numbers that round-trip.
/// </summary>
public static class FeaturesCsv
{
    private static readonly string[] _columns =
    [
        "instance", "model", "density", "feature", "importance", "bias", "norm", "interference", "expected_interference", "polysemanticity",
        "dimensionality", "component", "label",
    ];

    /// <summary>The lines of a table.</summary>
    /// <param name="results">The instances in their order.</param>
    /// <param name="metrics">Their measures, as many.</param>
    /// <exception cref="ArgumentException">There are not as many measures as instances.</exception>
    public static IEnumerable<FeatureRow> Rows(IReadOnlyList<TrainingResult> results, IReadOnlyList<ModelMetrics> metrics)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(metrics);
        Guard.Length(metrics.Count, results.Count, nameof(metrics), "one for each instance");
        return results.Zip(metrics).SelectMany((pair, instance) =>
            pair.Second.Features.Select(feature => new FeatureRow(instance, pair.First.Model.Kind, feature)));
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="results">The instances in their order.</param>
    /// <param name="metrics">Their measures, as many.</param>
    /// <exception cref="ArgumentException">There are not as many measures as instances.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<TrainingResult> results, IReadOnlyList<ModelMetrics> metrics) =>
        StoredFile.WriteText(path, writer => Write(writer, results, metrics));

    /// <summary>Writes the table.</summary>
    /// <param name="writer">Receives it.</param>
    /// <param name="results">The instances in their order.</param>
    /// <param name="metrics">Their measures, as many.</param>
    /// <exception cref="ArgumentException">There are not as many measures as instances.</exception>
    public static void Write(TextWriter writer, IReadOnlyList<TrainingResult> results, IReadOnlyList<ModelMetrics> metrics) =>
        Write(writer, Rows(results, metrics));

    /// <summary>Writes the table.</summary>
    /// <param name="writer">Receives it.</param>
    /// <param name="rows">Its lines.</param>
    public static void Write(TextWriter writer, IEnumerable<FeatureRow> rows)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(rows);
        Csv.WriteRow(writer, _columns);
        foreach (var (instance, model, feature) in rows)
        {
            Csv.WriteRow(
                writer,
                Csv.Text(instance),
                ToyModelKinds.Name(model),
                Csv.Text(feature.Density),
                Csv.Text(feature.Feature),
                Csv.Text(feature.Importance),
                Csv.Text(feature.Bias),
                Csv.Text(feature.Norm),
                Csv.Text(feature.Interference),
                Csv.Text(feature.ExpectedInterference),
                Csv.Text(feature.Polysemanticity),
                Csv.Text(feature.Dimensionality),
                Csv.Text(feature.Component),
                feature.Label);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="InvalidDataException">It is not such a table; the message names line and column.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<FeatureRow> Read(string path) => StoredFile.Read(path, stream =>
    {
        try
        {
            using var reader = new StreamReader(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return Read(reader);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("the text is not UTF-8.", e);
        }
    });

    /// <summary>Reads the table.</summary>
    /// <param name="reader">Its text.</param>
    /// <exception cref="InvalidDataException">It is not such a table; the message names line and column.</exception>
    public static IReadOnlyList<FeatureRow> Read(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        using var rows = Csv.ReadRows(reader).GetEnumerator();
        if (!rows.MoveNext() || !rows.Current.Fields.SequenceEqual(_columns))
        {
            throw new InvalidDataException($"the first line must be the header {string.Join(',', _columns)}.");
        }

        var features = new List<FeatureRow>();
        while (rows.MoveNext())
        {
            features.Add(ReadRow(rows.Current.Line, rows.Current.Fields));
        }

        return features;
    }

    private static FeatureRow ReadRow(int line, List<string> fields)
    {
        if (fields.Count != _columns.Length)
        {
            throw new InvalidDataException($"line {line} has {fields.Count} fields, but must have {_columns.Length}.");
        }

        var model = EnumNames<ToyModelKind>.TryParse(fields[1], out var kind) ? kind : throw Refused(1, $"one of {EnumNames<ToyModelKind>.List}");
        return new FeatureRow(Whole(0, 0), model, new FeatureMetrics(
            Whole(3, 0), Number(4), Number(2), Number(5), Number(6), Number(7), Number(8), Number(9), Number(10), Whole(11, -1), fields[12]));

        int Whole(int column, int least) =>
            int.TryParse(fields[column], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least
                ? value
                : throw Refused(column, $"a whole number of at least {least}");

        float Number(int column) =>
            float.TryParse(fields[column], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && !float.IsNaN(value)
                ? value
                : throw Refused(column, "a number");

        InvalidDataException Refused(int column, string allowed) => new($"line {line}, column {_columns[column]}: '{fields[column]}' is not {allowed}.");
    }
}
