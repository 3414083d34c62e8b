using System.Collections.Immutable;

namespace ToyModels.Figures;

/// <summary>A named sequence of points of a chart. Immutable.</summary>
public sealed class Series
{
    /// <param name="name">What it is, for the key; not empty.</param>
    /// <param name="x">Finite, at least one.</param>
    /// <param name="y">Finite, as many.</param>
    /// <exception cref="ArgumentException">The name is empty, the lengths differ or are zero, or a value is not finite: the message names the point.</exception>
    public Series(string name, ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Checked.AtLeastOne(x.Length, "x.Length");
        Checked.Length(y.Length, x.Length, nameof(y), $"one for each x of series '{name}'");
        for (var i = 0; i < x.Length; i++)
        {
            if (!double.IsFinite(x[i]) || !double.IsFinite(y[i]))
            {
                throw new ArgumentException(FormattableString.Invariant($"Point {i} of series '{name}' is ({x[i]}, {y[i]}); both must be finite."), nameof(x));
            }
        }

        (Name, X, Y) = (name, [.. x], [.. y]);
    }

    /// <summary>What it is.</summary>
    public string Name { get; }

    /// <summary>Where its points stand.</summary>
    public ImmutableArray<double> X { get; }

    /// <summary>Their values.</summary>
    public ImmutableArray<double> Y { get; }
}
