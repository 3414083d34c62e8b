using System.Collections.Immutable;

namespace ToyModels;

/// <summary>Neighbouring features of one density, with the constants that drawing them needs.</summary>
internal readonly struct DensityRun
{
    private DensityRun(int first, int count, float density, ValueRange range, bool isDense)
    {
        First = first;
        Count = count;
        Density = density;
        IsDense = isDense;
        Presence = new Presence(IsDense ? density : 1, range);
        Shift = Presence.ShiftOf(range);
        Divisor = new Divisor(count);
        InverseLogAbsent = IsDense || density == 0 ? 0 : (float)Math.Max(1 / LogAbsent(density), -1e30);
    }

    /// <summary>The run's first feature.</summary>
    internal int First { get; }

    /// <summary>Its number of features.</summary>
    internal int Count { get; }

    /// <summary>p of each of them.</summary>
    internal float Density { get; }

    /// <summary>Whether every element is drawn.</summary>
    internal bool IsDense { get; }

    /// <summary>What decides on an element; where gaps are drawn, on the value of one that is present.</summary>
    internal Presence Presence { get; }

    /// <summary>From integer to value: value = u·scale + shift.</summary>
    internal float Shift { get; }

    /// <summary>From a cell of the run, row after row, to its row.</summary>
    internal Divisor Divisor { get; }

    /// <summary>1 / ln(1 − p), finite.</summary>
    internal float InverseLogAbsent { get; }

    /// <summary>
    /// The density from which every element is drawn; at least 27 bits are left for the value then. From 1/16 on that is cheaper than drawing gaps. With
    /// 7 to 32 features, and with 64 to 128, training goes by the non-zeros of rows up to about 1/8, and to look for them among all elements costs more than both.
    /// </summary>
    internal static float DenseFrom(int features) => features is (>= 7 and <= 32) or (>= 64 and <= 128) ? 1f / 8 : 1f / 16;

    internal static ImmutableArray<DensityRun> Of(FeatureDistribution distribution)
    {
        var densities = distribution.Densities;
        var denseFrom = DenseFrom(densities.Length);
        var runs = ImmutableArray.CreateBuilder<DensityRun>();
        for (var first = 0; first < densities.Length;)
        {
            var end = first + 1;
            while (end < densities.Length && densities[end] == densities[first])
            {
                end++;
            }

            runs.Add(new DensityRun(first, end - first, densities[first], distribution.Range, densities[first] >= denseFrom));
            first = end;
        }

        return runs.ToImmutable();
    }

    /// <summary>ln(1 − p) = −Σ_k p^k/k; below p = 1/8 what follows k = 14 is less than 1e-13 of the sum: no gap knows the difference.</summary>
    private static double LogAbsent(double p)
    {
        var series = 0.0;
        for (var k = 14; k >= 1; k--)
        {
            series = (series * p) + (1.0 / k);
        }

        return -p * series;
    }
}
