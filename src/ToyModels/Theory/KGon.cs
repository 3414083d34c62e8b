namespace ToyModels;

/// <summary>
/// The best regular k-gon of two hidden dimensions on rows with exactly one active feature: columns of one norm at equal angles and one
/// bias (Chen, Lau, Mendel, Wei, Murfet 2023, arXiv 2310.06301).
/// </summary>
public sealed class KGon
{
    private const double LargestNorm = 4;

    /// <param name="k">Number of vertices, from 2 to 32.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is outside its range.</exception>
    public KGon(int k)
    {
        Vertices = (int)Guard.Within(k, 2, 32, nameof(k));
        Norm = Minimise(0.5, LargestNorm, norm => VertexLoss(norm, BestBias(norm)));
        Bias = BestBias(Norm);
        ReducedLoss = 3 * k * VertexLoss(Norm, Bias);
    }

    /// <summary>k.</summary>
    public int Vertices { get; }

    /// <summary>l, the norm of each column.</summary>
    public double Norm { get; }

    /// <summary>b of each vertex, zero or negative.</summary>
    public double Bias { get; }

    /// <summary>h_k: three times the loss of the k vertices, summed over which one is active.</summary>
    public double ReducedLoss { get; }

    /// <summary>
    /// L(k, c) = (h_k + c − k)/(3c): the loss of c features of which k stand in the k-gon and the others are dead, with zero columns and no
    /// positive bias; each dead feature that is given the bias 1/(2c) (one "⁺" of "k⁺") lowers it by 1/(4c²).
    /// </summary>
    /// <param name="features">c, at least k.</param>
    /// <param name="positiveBiases">Dead features with bias 1/(2c), from 0 to c − k.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is outside its range.</exception>
    public double Loss(int features, int positiveBiases = 0)
    {
        Guard.AtLeast(features, Vertices);
        Guard.Within(positiveBiases, 0, features - Vertices, nameof(positiveBiases));
        return ((ReducedLoss + features - Vertices) / (3.0 * features)) - (positiveBiases / (4.0 * features * features));
    }

    /// <summary>Loss of the k vertices' outputs while one vertex is active.</summary>
    private double VertexLoss(double norm, double bias)
    {
        var loss = OneActiveLoss.OwnError(norm * norm, bias);
        for (var step = 1; step < Vertices; step++)
        {
            loss += OneActiveLoss.SquaredRelu(norm * norm * Math.Cos(2 * Math.PI * step / Vertices), bias);
        }

        return loss;
    }

    private double BestBias(double norm) => Minimise(-norm * norm, 0, bias => VertexLoss(norm, bias));

    /// <summary>Golden-section search for the minimum of a function that falls, then rises.</summary>
    private static double Minimise(double low, double high, Func<double, double> function)
    {
        var ratio = (Math.Sqrt(5) - 1) / 2;
        var (left, right) = (high - (ratio * (high - low)), low + (ratio * (high - low)));
        var (atLeft, atRight) = (function(left), function(right));
        while (high - low > 1e-10)
        {
            if (atLeft < atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (ratio * (high - low));
                atLeft = function(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (ratio * (high - low));
                atRight = function(right);
            }
        }

        return (low + high) / 2;
    }
}
