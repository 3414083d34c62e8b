namespace ToyModels.Tests.Numerics;

public sealed unsafe class LanesTests
{
    [Fact]
    public void Sums_of_many_numbers_have_the_bits_of_each_alone()
    {
        var random = new Random(1);
        for (var count = 1; count <= 40; count++)
        {
            var room = Lanes.RoundUp(count);
            var (lanes, set, added) = (new PinnedBuffer(room * Lanes.Count), new PinnedBuffer(room), new PinnedBuffer(room));
            foreach (ref var value in lanes.Span)
            {
                value = random.NextSingle() - 0.5f;
            }

            set.Span.Fill(float.NaN);
            added.Span.Fill(2);
            Lanes.SetSums(lanes.Pointer, set.Pointer, count);
            Lanes.AddSums(lanes.Pointer, added.Pointer, count);
            for (var i = 0; i < room; i++)
            {
                var sum = Lanes.Sum(lanes.Pointer + (i * Lanes.Count));
                Assert.Equal(i < count ? 2 + sum : 2, added.Span[i]);
                if (i < count)
                {
                    Assert.Equal(sum, set.Span[i]);
                }
            }
        }
    }
}
