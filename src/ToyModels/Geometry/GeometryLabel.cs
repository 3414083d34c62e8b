namespace ToyModels;

/// <summary>The closed list of geometry labels.</summary>
public static class GeometryLabel
{
    /// <summary>The feature is not represented.</summary>
    public const string NotLearned = "not-learned";

    /// <summary>A dimension of its own: D = 1.</summary>
    public const string Dedicated = "dedicated";
}
