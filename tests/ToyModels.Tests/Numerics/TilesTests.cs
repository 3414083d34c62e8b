namespace ToyModels.Tests.Numerics;

public sealed class TilesTests
{
    [Fact]
    public void Rows_become_columns_and_nothing_beside_them_is_written()
    {
        const float untouched = -1;
        for (var rows = 0; rows <= 21; rows++)
        {
            for (var columns = 0; columns <= 21; columns++)
            {
                var (fromStride, toStride) = (columns + 3, rows + 2);
                var from = Enumerable.Range(0, (rows * fromStride) + 1).Select(i => (float)i).ToArray();
                var to = Enumerable.Repeat(untouched, (columns * toStride) + 1).ToArray();
                Tiles.Transpose(from, rows, columns, fromStride, to, toStride);
                for (var i = 0; i < to.Length; i++)
                {
                    var (column, row) = (i / toStride, i % toStride);
                    Assert.Equal(row < rows && column < columns ? from[(row * fromStride) + column] : untouched, to[i]);
                }
            }
        }
    }

    [Theory]
    [InlineData(16, 16, false)]
    [InlineData(8, 12, false)]
    [InlineData(16, 16, true)]
    [InlineData(16, 4, false)]
    [InlineData(12, 12, true)]
    [InlineData(8, 8, true)]
    public unsafe void Squares_meet_their_mirror_images_with_a_factor_for_each_column(int rows, int columns, bool areOne)
    {
        const int side = 16;
        var random = new Random(1);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        float[] first = Numbers(side * side), second = areOne ? first : Numbers(side * side), f = Numbers(side), g = areOne ? f : Numbers(side);
        float[] expected = [.. first], mirrored = areOne ? expected : [.. second];
        for (var r = 0; r < rows; r++)
        {
            for (var c = areOne ? r : 0; c < columns; c++)
            {
                var sum = (first[(r * side) + c] * f[c]) + (second[(c * side) + r] * g[r]);
                expected[(r * side) + c] = sum;
                mirrored[(c * side) + r] = sum;
            }
        }

        fixed (float* a = first, b = second, ofA = f, ofB = g)
        {
            Tiles.AddTransposed(a, ofA, b, ofB, rows, columns);
        }

        Assert.Equal(expected, first);
        Assert.Equal(mirrored, second);
    }

    [Theory]
    [InlineData(9, 11, 98, 99)]
    [InlineData(9, 11, 99, 98)]
    public void Too_little_memory_is_refused(int rows, int columns, int from, int to) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Tiles.Transpose(new float[from], rows, columns, columns, new float[to], rows));
}
