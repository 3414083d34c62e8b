namespace ToyModels.ML;

/// <summary>What is done to one feature of every row: its value is replaced, or multiplied. The feature is told by number or by slot name.</summary>
public sealed record FeatureIntervention
{
    private FeatureIntervention(int? feature, string? slotName, InterventionKind kind, float value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(feature ?? 0, nameof(feature));
        if (feature is null)
        {
            ArgumentException.ThrowIfNullOrEmpty(slotName);
        }

        Feature = feature;
        SlotName = slotName;
        Kind = Enum.IsDefined(kind)
            ? kind
            : throw new ArgumentOutOfRangeException(nameof(kind), kind, $"kind must be one of {string.Join(", ", Enum.GetNames<InterventionKind>())}.");
        Value = float.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "value must be a finite number.");
    }

    /// <summary>Number of the feature, from 0; null where it is told by name.</summary>
    public int? Feature { get; }

    /// <summary>Slot name of the feature, or F0, F1, … where the column has none; null where it is told by number.</summary>
    public string? SlotName { get; }

    /// <summary>What is done.</summary>
    public InterventionKind Kind { get; }

    /// <summary>The new value, or the factor.</summary>
    public float Value { get; }

    /// <summary>The feature is set to <paramref name="value"/>.</summary>
    /// <param name="feature">Its number, from 0.</param>
    /// <param name="value">Finite.</param>
    public static FeatureIntervention Set(int feature, float value) => new(feature, null, InterventionKind.Set, value);

    /// <summary>The feature is set to <paramref name="value"/>.</summary>
    /// <param name="slotName">Its slot name.</param>
    /// <param name="value">Finite.</param>
    public static FeatureIntervention Set(string slotName, float value) => new(null, slotName, InterventionKind.Set, value);

    /// <summary>The feature is multiplied by <paramref name="factor"/>.</summary>
    /// <param name="feature">Its number, from 0.</param>
    /// <param name="factor">Finite.</param>
    public static FeatureIntervention Scale(int feature, float factor) => new(feature, null, InterventionKind.Scale, factor);

    /// <summary>The feature is multiplied by <paramref name="factor"/>.</summary>
    /// <param name="slotName">Its slot name.</param>
    /// <param name="factor">Finite.</param>
    public static FeatureIntervention Scale(string slotName, float factor) => new(null, slotName, InterventionKind.Scale, factor);

    internal static FeatureIntervention Of(int? feature, string? slotName, InterventionKind kind, float value) => new(feature, slotName, kind, value);

    internal float Apply(float value) => Kind == InterventionKind.Set ? Value : value * Value;
}
