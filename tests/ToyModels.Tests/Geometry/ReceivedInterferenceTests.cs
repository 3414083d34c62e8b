namespace ToyModels.Tests;

public class ReceivedInterferenceTests
{
    private static readonly ToyModel _model = new(ToyModelKind.ReluOutput, 2, [1, 0.5f, -0.25f, 2, 0.75f, -1, 0, 0], [1, 2, 3, 4]);

    [Fact]
    public void A_feature_receives_the_sum_of_the_others_products()
    {
        float[] x = [0.5f, 0, 0.25f, 1];
        var received = new float[4];

        new ReceivedInterference(_model).OfRow(x, received);

        // W_0·W_1 = 0.75, W_0·W_2 = 0.25, W_1·W_2 = −2.1875.
        Assert.Equal([0.25f * 0.25f, (0.75f * 0.5f) + (-2.1875f * 0.25f), 0.25f * 0.5f, 0], received);
    }

    [Fact]
    public void A_feature_that_is_alone_receives_nothing_to_the_last_bit()
    {
        var random = new Random(3);
        var model = new ToyModel(
            ToyModelKind.Linear, 7, [.. Enumerable.Range(0, 70).Select(_ => random.NextSingle() - 0.5f)], new float[10]);
        var interference = new ReceivedInterference(model);
        for (var i = 0; i < 10; i++)
        {
            var x = new float[10];
            x[i] = random.NextSingle();
            var received = new float[10];

            interference.OfRow(x, received);

            Assert.Equal(0, received[i]);
            Assert.Equal(9, received.Count(r => r != 0));
        }
    }

    [Fact]
    public void Sparse_rows_give_the_bits_of_dense_rows()
    {
        var interference = new ReceivedInterference(_model);
        var (dense, sparse) = (new float[4], new float[4]);

        interference.OfRow([0, 0.3f, 0, 0.7f], dense);
        interference.OfRow([1, 3], [0.3f, 0.7f], sparse);

        Assert.Equal(dense, sparse);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        var interference = new ReceivedInterference(_model);

        Assert.Throws<ArgumentException>(() => interference.OfRow(new float[3], new float[4]));
        Assert.Throws<ArgumentException>(() => interference.OfRow(new float[4], new float[3]));
        Assert.Throws<ArgumentException>(() => interference.OfRow([1], [1, 2], new float[4]));
        Assert.Throws<ArgumentNullException>(() => new ReceivedInterference(null!));
    }
}
