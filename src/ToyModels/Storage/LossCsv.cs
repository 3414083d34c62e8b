namespace ToyModels;

/// <summary>
/// Loss histories as a table, <c>loss.csv</c>: instance and restart (from 0), step (1, every 50th, the last), loss (mean batch loss since the line
/// before, in the training's reduction). Comma, line feed, UTF-8, RFC 4180.
/// </summary>
public static class LossCsv
{
    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="results">The instances in their order; all their restarts are written.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<TrainingResult> results) => StoredFile.WriteText(path, writer => Write(writer, results));

    /// <summary>Writes the table.</summary>
    /// <param name="writer">Receives it.</param>
    /// <param name="results">The instances in their order; all their restarts are written.</param>
    public static void Write(TextWriter writer, IReadOnlyList<TrainingResult> results)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(results);
        Csv.WriteRow(writer, "instance", "restart", "step", "loss");
        for (var instance = 0; instance < results.Count; instance++)
        {
            foreach (var restart in results[instance].Restarts)
            {
                foreach (var point in restart.LossHistory)
                {
                    Csv.WriteRow(writer, Csv.Text(instance), Csv.Text(restart.Restart), Csv.Text(point.Step), Csv.Text(point.Loss));
                }
            }
        }
    }
}
