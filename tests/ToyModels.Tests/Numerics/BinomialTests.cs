using System.Numerics;

namespace ToyModels.Tests.Numerics;

public sealed class BinomialTests
{
    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(20, 0.25)]
    [InlineData(100, 0.0625)]
    [InlineData(64, 0.875)]
    public void A_number_stands_for_the_count_whose_probability_covers_it(int trials, double probability)
    {
        // In whole numbers: probability = numerator/16, P(count ≤ k) = Σ C(trials, j) numerator^j (16 − numerator)^(trials − j) / 16^trials.
        var binomial = new Binomial(trials, probability);
        var numerator = (BigInteger)(probability * 16);
        var (sum, choices) = (BigInteger.Zero, BigInteger.One);
        for (var k = 0; k < trials; k++)
        {
            sum += choices * BigInteger.Pow(numerator, k) * BigInteger.Pow(16 - numerator, trials - k);
            choices = choices * (trials - k) / (k + 1);
            var edge = (sum << 64) / BigInteger.Pow(16, trials);
            const int rounding = 1 << 14;
            if (edge > rounding && edge < (BigInteger.One << 64) - rounding)
            {
                Assert.InRange(binomial.Of((ulong)edge - rounding), 0, k);
                Assert.InRange(binomial.Of((ulong)edge + rounding), k + 1, trials);
            }
        }
    }

    [Theory]
    [InlineData(1024, 0.0)]
    [InlineData(1024, 1e-9)]
    [InlineData(1024, 0.3)]
    [InlineData(1024, 0.999)]
    public void Counts_stay_within_the_trials_at_both_ends(int trials, double probability)
    {
        var binomial = new Binomial(trials, probability);
        Assert.InRange(binomial.Of(0), 0, trials);
        Assert.InRange(binomial.Of(ulong.MaxValue), binomial.Of(0), trials);
        Assert.Equal(probability == 0, binomial.Of(ulong.MaxValue) == 0);
        Assert.InRange(binomial.Of(1UL << 63), (trials * probability) - 1, (trials * probability) + 1);
    }
}
