namespace ToyModels.Tests;

/// <summary>Two features in one hidden dimension, ReLU output, importances 1 and r: by numerical integration and brute force.</summary>
internal sealed record TwoFeatures(double W1, double W2, double Bias1, double Bias2)
{
    internal static TwoFeatures FirstOnly(double p) => new(1, 0, 0, p / 2);

    internal static TwoFeatures SecondOnly(double p) => new(0, 1, p / 2, 0);

    internal static TwoFeatures Antipodal => new(1, -1, 0, 0);

    internal double SmallerWeight => Math.Min(Math.Abs(W1), Math.Abs(W2));

    /// <summary>Midpoint rule over the four cases of which features are present.</summary>
    internal double ExpectedLoss(double r, double p, int points = 200)
    {
        var (one, both) = (0.0, 0.0);
        for (var s = 0; s < points; s++)
        {
            var x = (s + 0.5) / points;
            one += (Error(x, 0, r) + Error(0, x, r)) / points;
            for (var t = 0; t < points; t++)
            {
                both += Error(x, (t + 0.5) / points, r) / points / points;
            }
        }

        return ((1 - p) * (1 - p) * Error(0, 0, r)) + (p * (1 - p) * one) + (p * p * both);
    }

    /// <summary>The best model that random steps of shrinking size find from here.</summary>
    internal TwoFeatures Improved(double r, double p)
    {
        const int points = 40;
        var random = new Random(1);
        var (best, loss) = (this, ExpectedLoss(r, p, points));
        for (var step = 0.1; step > 1e-4;)
        {
            var found = false;
            for (var trial = 0; trial < 40; trial++)
            {
                double Move() => step * ((2 * random.NextDouble()) - 1);
                var next = new TwoFeatures(best.W1 + Move(), best.W2 + Move(), best.Bias1 + Move(), best.Bias2 + Move());
                var nextLoss = next.ExpectedLoss(r, p, points);
                if (nextLoss < loss)
                {
                    (best, loss, found) = (next, nextLoss, true);
                }
            }

            step *= found ? 1 : 0.6;
        }

        return best;
    }

    /// <summary>The best model found from each of the three phases.</summary>
    internal static TwoFeatures Best(double r, double p) =>
        new[] { FirstOnly(p), SecondOnly(p), Antipodal }.Select(start => start.Improved(r, p)).MinBy(model => model.ExpectedLoss(r, p))!;

    private double Error(double x1, double x2, double r)
    {
        var h = (W1 * x1) + (W2 * x2);
        var e1 = x1 - Math.Max((W1 * h) + Bias1, 0);
        var e2 = x2 - Math.Max((W2 * h) + Bias2, 0);
        return (e1 * e1) + (r * e2 * e2);
    }
}
