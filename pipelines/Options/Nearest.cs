namespace ToyModels.Pipelines;

/// <summary>Finds what somebody may have meant.</summary>
internal static class Nearest
{
    /// <summary>
    /// The candidates nearest to a name that is not one of them: those within a third of its letters (two letters at least), at most three, nearest first.
    /// </summary>
    public static IReadOnlyList<string> Find(string name, IReadOnlyList<string> candidates) =>
    [
        .. from candidate in candidates
           let distance = Distance(name.ToLowerInvariant(), candidate)
           where distance <= Math.Max(2, Math.Max(name.Length, candidate.Length) / 3) || candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase)
           orderby distance, candidate
           select candidate,
    ];

    /// <summary>A sentence that offers the nearest candidates, or all of them where none is near.</summary>
    public static string Offer(string name, IReadOnlyList<string> candidates)
    {
        var near = name.Length == 0 ? [] : Find(name, candidates);
        return near.Count > 0 ? $" Did you mean {string.Join(" or ", near.Take(3))}?" : $" There are: {string.Join(", ", candidates)}.";
    }

    /// <summary>Letters to insert, drop, replace or swap with a neighbour (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
