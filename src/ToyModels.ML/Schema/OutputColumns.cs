namespace ToyModels.ML;

/// <summary>Names of the columns that a toy model reads and adds; null for one that is not added.</summary>
internal sealed record OutputColumns
{
    internal OutputColumns(string features, string? hidden, string? reconstruction, string? loss)
    {
        Features = RequireName(features, "FeatureColumnName");
        Hidden = RequireNameOrNull(hidden, "HiddenColumnName");
        Reconstruction = RequireNameOrNull(reconstruction, "ReconstructionColumnName");
        Loss = RequireNameOrNull(loss, "LossColumnName");
        var given = new[] { hidden, reconstruction, loss }.OfType<string>().ToArray();
        if (given.Length == 0)
        {
            throw new ArgumentException(
                "HiddenColumnName, ReconstructionColumnName and LossColumnName are all null; name at least one column for the model to add.");
        }

        if (given.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException(
                $"Two output columns are named '{twice.Key}'; HiddenColumnName, ReconstructionColumnName and LossColumnName must differ.");
        }
    }

    internal string Features { get; }

    internal string? Hidden { get; }

    internal string? Reconstruction { get; }

    internal string? Loss { get; }

    internal static string RequireName(string? name, string parameter) =>
        !string.IsNullOrWhiteSpace(name) ? name : throw new ArgumentException($"{parameter} is empty; give the name of a column.", parameter);

    private static string? RequireNameOrNull(string? name, string parameter) => name is null ? null : RequireName(name, parameter);
}
