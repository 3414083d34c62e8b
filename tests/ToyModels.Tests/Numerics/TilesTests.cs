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
    [InlineData(9, 11, 98, 99)]
    [InlineData(9, 11, 99, 98)]
    public void Too_little_memory_is_refused(int rows, int columns, int from, int to) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Tiles.Transpose(new float[from], rows, columns, columns, new float[to], rows));
}
