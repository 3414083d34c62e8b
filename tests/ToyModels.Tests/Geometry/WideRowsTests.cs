namespace ToyModels.Tests;

public class WideRowsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(100)]
    public void Dot_product_is_the_written_out_chain_bit_for_bit(int width)
    {
        var values = Values(11, width);
        var rows = new WideRows(values, width);
        Assert.Equal(Chain(values, width, 3, 10), rows.Dot(3, 10));
        Assert.Equal(Chain(values, width, 9, 9), rows.SquaredNorms[9]);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(8, 1)]
    [InlineData(37, 5)]
    [InlineData(64, 2)]
    [InlineData(70, 17)]
    [InlineData(133, 600)]
    [InlineData(1100, 40)]
    public void Every_pair_comes_once_in_order_with_the_bits_of_the_single_product(int count, int width)
    {
        // Several bands, several depths and, in the last two cases, several threads.
        var values = Values(count, width);
        var (i, different) = (0, 0);
        foreach (var dots in new WideRows(values, width).UpperRows())
        {
            Assert.Equal(count - i, dots.Length);
            for (var j = i; j < count; j++)
            {
                different += BitConverter.DoubleToInt64Bits(dots.Span[j - i]) == BitConverter.DoubleToInt64Bits(Chain(values, width, j, i)) ? 0 : 1;
            }

            i++;
        }

        Assert.Equal((count, 0), (i, different));
    }

    private static double Chain(float[] values, int width, int i, int j)
    {
        var sum = 0.0;
        for (var k = 0; k < width; k++)
        {
            sum += (double)values[(i * width) + k] * values[(j * width) + k];
        }

        return sum;
    }

    /// <summary>Of many magnitudes: sums of a few products of like size would be exact in double, and any order would give the same bits.</summary>
    private static float[] Values(int count, int width)
    {
        var random = new Random(17);
        return [.. Enumerable.Range(0, count * width).Select(_ => (float)((random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-12, 12))))];
    }
}
