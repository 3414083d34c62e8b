namespace ToyModels;

/// <summary>
/// The plain implementation, in double, one sample at a time: the oracle of the fast one. With e = x' − x and, behind a ReLU, e = 0
/// where x' is 0: ∂L/∂o_j = 2 I_j e_j =: d_j, ∂L/∂b = d, ∂L/∂h = Wd, and since W stands on both sides, ∂L/∂W_j = d_j h + x_j ∂L/∂h.
/// </summary>
internal sealed class ReferenceGradient(ToyModelKind kind, int features, int hidden, ReadOnlySpan<float> importances, int batch)
    : DenseEngine(features, batch, matrixRows: 256)
{
    private readonly float[] _importances = importances.ToArray();
    private readonly double[] _weights = new double[features * hidden];
    private readonly double[] _bias = new double[features];
    private readonly double[] _weightSum = new double[features * hidden];
    private readonly double[] _biasSum = new double[features];
    private readonly double[] _h = new double[hidden];
    private readonly double[] _dh = new double[hidden];
    private readonly double[] _d = new double[features];

    internal override ReadOnlySpan<float> WeightGradient => Array.ConvertAll(_weightSum, value => (float)value);

    internal override ReadOnlySpan<float> BiasGradient => Array.ConvertAll(_biasSum, value => (float)value);

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            _weights[i] = weights[i];
        }

        for (var i = 0; i < bias.Length; i++)
        {
            _bias[i] = bias[i];
        }

        Array.Clear(_weightSum);
        Array.Clear(_biasSum);
    }

    protected override void Accumulate(PinnedBuffer chunk, int rows, float scale, ref double loss)
    {
        for (var s = 0; s < rows; s++)
        {
            loss += Forward(chunk.Span, s);
            Backward(chunk.Span, s, scale);
        }
    }

    protected override void AddLoss(PinnedBuffer chunk, int rows, ref double loss)
    {
        for (var s = 0; s < rows; s++)
        {
            loss += Forward(chunk.Span, s);
        }
    }

    /// <summary>Leaves h, and ∂L/∂o of this sample in d.</summary>
    private double Forward(ReadOnlySpan<float> samples, int s)
    {
        Array.Clear(_h);
        for (var i = 0; i < Features; i++)
        {
            for (var k = 0; k < hidden; k++)
            {
                _h[k] += _weights[(i * hidden) + k] * samples[(i * Stride) + s];
            }
        }

        var loss = 0.0;
        for (var j = 0; j < Features; j++)
        {
            var output = _bias[j];
            for (var k = 0; k < hidden; k++)
            {
                output += _weights[(j * hidden) + k] * _h[k];
            }

            var isOff = kind == ToyModelKind.ReluOutput && output <= 0;
            var error = (isOff ? 0 : output) - samples[(j * Stride) + s];
            loss += _importances[j] * error * error;
            _d[j] = isOff ? 0 : 2 * _importances[j] * error;
        }

        return loss;
    }

    private void Backward(ReadOnlySpan<float> samples, int s, float scale)
    {
        Array.Clear(_dh);
        for (var j = 0; j < Features; j++)
        {
            _biasSum[j] += scale * _d[j];
            for (var k = 0; k < hidden; k++)
            {
                _dh[k] += _weights[(j * hidden) + k] * _d[j];
            }
        }

        for (var j = 0; j < Features; j++)
        {
            for (var k = 0; k < hidden; k++)
            {
                _weightSum[(j * hidden) + k] += scale * ((_d[j] * _h[k]) + (samples[(j * Stride) + s] * _dh[k]));
            }
        }
    }
}
