namespace ToyModels;

/// <summary>Disjoint sets of 0 … n−1 that grow together. What comes out does not depend on the order of joining.</summary>
internal sealed class Partition(int count)
{
    private readonly int[] _parents = [.. Enumerable.Range(0, count)];

    /// <summary>How many sets there are.</summary>
    internal int SetCount { get; private set; } = count;

    /// <summary>Makes the sets of <paramref name="i"/> and <paramref name="j"/> one.</summary>
    internal void Join(int i, int j)
    {
        var (a, b) = (Root(i), Root(j));
        if (a != b)
        {
            _parents[Math.Max(a, b)] = Math.Min(a, b);
            SetCount--;
        }
    }

    /// <summary>The smallest member of the set of <paramref name="i"/>.</summary>
    internal int Root(int i)
    {
        while (_parents[i] != i)
        {
            _parents[i] = _parents[_parents[i]];
            i = _parents[i];
        }

        return i;
    }
}
