namespace ToyModels.ML;

/// <summary>Turns rows into columns, in tiles that stay in the first-level cache.</summary>
internal static class Tiles
{
    private const int Side = 16;

    /// <summary><paramref name="to"/>[c·toStride + r] ← <paramref name="from"/>[r·fromStride + c].</summary>
    internal static void Transpose(ReadOnlySpan<float> from, int rows, int columns, int fromStride, Span<float> to, int toStride)
    {
        for (var firstRow = 0; firstRow < rows; firstRow += Side)
        {
            var lastRow = Math.Min(firstRow + Side, rows);
            for (var column = 0; column < columns; column++)
            {
                var target = to.Slice((column * toStride) + firstRow, lastRow - firstRow);
                var source = (firstRow * fromStride) + column;
                for (var r = 0; r < target.Length; r++, source += fromStride)
                {
                    target[r] = from[source];
                }
            }
        }
    }
}
