using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>The steps at which a model is kept, in ascending order. Equal where the steps are; a collection expression makes one: <c>[0, 10, 100]</c>.</summary>
[CollectionBuilder(typeof(SnapshotSteps), nameof(Create))]
public sealed class SnapshotSteps : IReadOnlyList<int>, IEquatable<SnapshotSteps>
{
    private readonly ImmutableArray<int> _steps;

    private SnapshotSteps(ImmutableArray<int> steps) => _steps = steps;

    /// <inheritdoc/>
    public int Count => _steps.Length;

    /// <inheritdoc/>
    public int this[int index] => _steps[index];

    /// <summary>The steps as they are given.</summary>
    /// <param name="steps">Steps from 0, the initial weights, each above the one before.</param>
    /// <exception cref="ArgumentException">A step is negative, or not above the one before.</exception>
    public static SnapshotSteps Create(params ReadOnlySpan<int> steps)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i] < 0 || (i > 0 && steps[i] <= steps[i - 1]))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"steps[{i}] is {steps[i]}{(i > 0 ? FormattableString.Invariant($", after {steps[i - 1]}") : "")}; ")
                    + "steps must ascend from 0, the initial weights, each given once.",
                    nameof(steps));
            }
        }

        return new SnapshotSteps([.. steps]);
    }

    /// <summary>0, <paramref name="interval"/>, twice that, … up to <paramref name="last"/>, which is always among them.</summary>
    /// <param name="interval">Steps from one to the next, at least 1.</param>
    /// <param name="last">The last step, at least 0.</param>
    public static SnapshotSteps Every(int interval, int last)
    {
        Guard.AtLeast(interval, 1);
        Guard.AtLeast(last, 0);
        return new SnapshotSteps([.. Enumerable.Range(0, (last / interval) + 1).Select(i => i * interval).Append(last).Distinct()]);
    }

    /// <inheritdoc/>
    public bool Equals(SnapshotSteps? other) => other is not null && _steps.AsSpan().SequenceEqual(other._steps.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SnapshotSteps);

    /// <inheritdoc/>
    public override int GetHashCode() => _steps.IsEmpty ? 0 : HashCode.Combine(_steps.Length, _steps[0], _steps[^1]);

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", _steps)}]";

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_steps).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
