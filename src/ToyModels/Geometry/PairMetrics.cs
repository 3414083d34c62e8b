namespace ToyModels;

/// <summary>How two features of a model meet.</summary>
/// <param name="I">The first feature, from 0.</param>
/// <param name="J">The second, above <paramref name="I"/>.</param>
/// <param name="Dot">W_i·W_j.</param>
/// <param name="Cosine">Ŵ_i·Ŵ_j in [−1, 1]; 0 where a column is zero.</param>
public readonly record struct PairMetrics(int I, int J, float Dot, float Cosine);
