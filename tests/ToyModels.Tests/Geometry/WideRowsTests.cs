namespace ToyModels.Tests;

public class WideRowsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(100)]
    public void Dot_product_is_the_written_out_chain_of_eight_lanes_bit_for_bit(int width)
    {
        var values = Values(2, width);
        Span<double> lanes = stackalloc double[8];
        for (var k = 0; k < width; k++)
        {
            lanes[k % 8] += (double)values[k] * values[width + k];
        }

        var expected = (lanes[0] + lanes[4] + (lanes[2] + lanes[6])) + (lanes[1] + lanes[5] + (lanes[3] + lanes[7]));
        Assert.Equal(expected, new WideRows(values, width).Dot(0, 1));
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(37, 5)]
    [InlineData(70, 17)]
    [InlineData(1100, 40)]
    public void Every_row_meets_every_row_once_with_the_bits_of_the_single_product(int count, int width)
    {
        // The last case is large enough to be spread over threads.
        var rows = new WideRows(Values(count, width), width);
        var seen = new int[count];
        var different = 0;
        rows.ForEachRow((i, dots) =>
        {
            Interlocked.Increment(ref seen[i]);
            for (var j = 0; j < dots.Length; j++)
            {
                if (BitConverter.DoubleToInt64Bits(dots[j]) != BitConverter.DoubleToInt64Bits(rows.Dot(j, i)))
                {
                    Interlocked.Increment(ref different);
                }
            }
        });
        Assert.All(seen, s => Assert.Equal(1, s));
        Assert.Equal(0, different);
    }

    /// <summary>Of many magnitudes: sums of a few products of like size would be exact in double, and any order would give the same bits.</summary>
    private static float[] Values(int count, int width)
    {
        var random = new Random(17);
        return [.. Enumerable.Range(0, count * width).Select(_ => (float)((random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-12, 12))))];
    }
}
