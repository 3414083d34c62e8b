namespace ToyModels.ML;

/// <summary>What an intervention does to a feature.</summary>
public enum InterventionKind
{
    /// <summary>Its value is replaced; by 0, the feature is ablated.</summary>
    Set,

    /// <summary>Its value is multiplied.</summary>
    Scale,
}
