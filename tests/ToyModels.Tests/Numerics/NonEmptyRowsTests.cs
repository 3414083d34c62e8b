namespace ToyModels.Tests.Numerics;

public sealed class NonEmptyRowsTests
{
    [Fact]
    public void Rows_without_a_non_zero_leave_the_matrix_and_the_others_keep_their_order()
    {
        const int features = 3;
        const int stride = 64;
        for (var rows = 1; rows <= 40; rows++)
        {
            var matrix = new PinnedBuffer(features * stride);
            var expected = new List<float[]>();
            var random = new Random(rows);
            for (var row = 0; row < rows; row++)
            {
                float[] values = [.. Enumerable.Range(0, features).Select(_ => random.Next(3) == 0 ? random.NextSingle() - 0.5f : 0)];
                for (var i = 0; i < features; i++)
                {
                    matrix.Span[(i * stride) + row] = values[i];
                }

                if (values.Any(value => value != 0))
                {
                    expected.Add(values);
                }
            }

            int kept;
            unsafe
            {
                kept = NonEmptyRows.Gather(matrix.Pointer, features, rows, stride);
            }

            Assert.Equal(expected.Count, kept);
            for (var row = 0; row < kept; row++)
            {
                Assert.Equal(expected[row], Enumerable.Range(0, features).Select(i => matrix.Span[(i * stride) + row]));
            }
        }
    }
}
