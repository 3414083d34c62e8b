namespace ToyModels.ML;

/// <summary>One row of a table of pair metrics; the meaning of each column is that of <see cref="PairMetrics"/>.</summary>
public sealed class PairMetricsRow
{
    /// <summary>The first feature, from 0.</summary>
    public int I { get; set; }

    /// <summary>The second, above <see cref="I"/>.</summary>
    public int J { get; set; }

    /// <summary>W_i·W_j.</summary>
    public float Dot { get; set; }

    /// <summary>Ŵ_i·Ŵ_j, in [−1, 1].</summary>
    public float Cosine { get; set; }
}
