using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace ToyModels;

/// <summary>
/// How much the loss cares for each feature: the I_i of Σ_i I_i (x_i − x'_i)² (Elhage et al. 2022, "Problem setup").
/// A rule that becomes numbers once the number of features is known.
/// </summary>
[JsonDerivedType(typeof(UniformImportance), "uniform")]
[JsonDerivedType(typeof(GeometricImportance), "geometric")]
[JsonDerivedType(typeof(LogSpacedImportance), "log-spaced")]
[JsonDerivedType(typeof(GivenImportance), "given")]
public abstract record Importance
{
    private protected Importance()
    {
    }

    /// <summary>I_i = <paramref name="value"/> for every feature.</summary>
    /// <param name="value">Positive; default 1.</param>
    public static Importance Uniform(float value = 1) => new UniformImportance(value);

    /// <summary>I_i = <paramref name="ratio"/>^i for i = 0 … n−1.</summary>
    /// <param name="ratio">Positive; 0.7 in the small figure of "Basic results", 0.9 in the large one.</param>
    public static Importance Geometric(float ratio) => new GeometricImportance(ratio);

    /// <summary>n importances at equal ratios from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    /// <param name="first">Importance of feature 0, positive.</param>
    /// <param name="last">Importance of feature n−1, positive.</param>
    public static Importance LogSpaced(float first, float last) => new LogSpacedImportance(first, last);

    /// <summary>The importances themselves, one for each feature.</summary>
    /// <param name="values">Zero or positive, at least one above zero.</param>
    public static Importance Given(params ReadOnlySpan<float> values) => new GivenImportance([.. values]);

    /// <summary>The n importances of this rule.</summary>
    /// <param name="count">Number of features n, at least 1.</param>
    /// <exception cref="ArgumentException">The importances were given, but for another number of features.</exception>
    public abstract ImmutableArray<float> Resolve(int count);
}

/// <summary>I_i = <see cref="Value"/>.</summary>
public sealed record UniformImportance : Importance
{
    /// <param name="value">Positive.</param>
    public UniformImportance(float value) => Value = Guard.Positive(value);

    /// <summary>The one importance.</summary>
    public float Value { get; }

    /// <inheritdoc/>
    public override ImmutableArray<float> Resolve(int count) => [.. Enumerable.Repeat(Value, Guard.AtLeast(count, 1))];
}

/// <summary>I_i = <see cref="Ratio"/>^i.</summary>
public sealed record GeometricImportance : Importance
{
    /// <param name="ratio">Positive.</param>
    public GeometricImportance(float ratio) => Ratio = Guard.Positive(ratio);

    /// <summary>I_{i+1} / I_i.</summary>
    public float Ratio { get; }

    /// <inheritdoc/>
    public override ImmutableArray<float> Resolve(int count)
    {
        // By multiplication: Math.Pow differs in the last bit between systems.
        var values = new float[Guard.AtLeast(count, 1)];
        var power = 1.0;
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)power;
            power *= Ratio;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(values);
    }
}

/// <summary>I_i = <see cref="First"/>·(<see cref="Last"/>/<see cref="First"/>)^(i/(n−1)).</summary>
public sealed record LogSpacedImportance : Importance
{
    /// <param name="first">Positive.</param>
    /// <param name="last">Positive.</param>
    public LogSpacedImportance(float first, float last)
    {
        First = Guard.Positive(first);
        Last = Guard.Positive(last);
    }

    /// <summary>Importance of feature 0.</summary>
    public float First { get; }

    /// <summary>Importance of feature n−1.</summary>
    public float Last { get; }

    /// <inheritdoc/>
    public override ImmutableArray<float> Resolve(int count)
    {
        var slope = count == 1 ? 0 : (PortableMath.Log(Last) - PortableMath.Log(First)) / (Guard.AtLeast(count, 1) - 1);
        return [.. Enumerable.Range(0, count).Select(i => (float)(First * PortableMath.Exp(slope * i)))];
    }
}

/// <summary>The importances as they were given.</summary>
public sealed record GivenImportance : Importance
{
    /// <param name="values">Zero or positive, at least one above zero.</param>
    public GivenImportance(ImmutableArray<float> values)
    {
        if (values.IsDefaultOrEmpty || !values.Any(v => v > 0))
        {
            throw new ArgumentException("values holds no importance above 0; give one for each feature, at least one of them positive.", nameof(values));
        }

        for (var i = 0; i < values.Length; i++)
        {
            Guard.NotNegative(values[i], $"values[{i}]");
        }

        Values = values;
    }

    /// <summary>One importance a feature.</summary>
    public ImmutableArray<float> Values { get; }

    /// <inheritdoc/>
    public override ImmutableArray<float> Resolve(int count)
    {
        Guard.Length(Values.Length, count, "importance", "one value for each feature");
        return Values;
    }

    /// <inheritdoc/>
    public bool Equals(GivenImportance? other) => other is not null && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Values.Length, Values[0], Values[^1]);
}
