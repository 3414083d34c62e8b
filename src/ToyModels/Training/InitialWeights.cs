namespace ToyModels;

/// <summary>The weights that training starts from.</summary>
internal static class InitialWeights
{
    /// <summary>
    /// Normal with mean 0 and variance 2/(n + m) (Glorot and Bengio 2010), as in the paper's notebook; n·m values, feature-major, a pure
    /// function of (n, m, seed, restart). Normal numbers come in pairs from Marsaglia's polar method (1964).
    /// </summary>
    internal static float[] XavierNormal(int features, int hidden, int seed, int restart)
    {
        var key = RandomKey.Create(RandomKey.Purpose.InitialWeights, seed).Derive((uint)restart);
        var deviation = Math.Sqrt(2.0 / (features + hidden));
        var weights = new float[checked(features * hidden)];
        var draw = 0UL;
        for (var i = 0; i < weights.Length;)
        {
            var pair = key.Derive(draw++);
            var (x, y) = (Symmetric(pair.High), Symmetric(pair.Low));
            var square = (x * x) + (y * y);
            if (square is 0 or >= 1)
            {
                continue;
            }

            var factor = deviation * Math.Sqrt(-2 * PortableMath.Log(square) / square);
            weights[i++] = (float)(factor * x);
            if (i < weights.Length)
            {
                weights[i++] = (float)(factor * y);
            }
        }

        return weights;
    }

    /// <summary>53 bits as a number in (−1, 1).</summary>
    private static double Symmetric(ulong bits) => (((bits >> 11) + 0.5) * (1.0 / (1UL << 52))) - 1;
}
