namespace ToyModels.Pipelines;

/// <summary>Makes a property of an options record an option of its pipeline: named after the property, with the record's value as default.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PipelineOptionAttribute(string description) : Attribute
{
    /// <summary>What it sets, in one line for --help.</summary>
    public string Description { get; } = description;

    /// <summary>Least number allowed; of a list, for each of its numbers.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>Largest number allowed; of a list, for each of its numbers.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>The names that a list of names may hold.</summary>
    public string[] Names { get; init; } = [];
}
