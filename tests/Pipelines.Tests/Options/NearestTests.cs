using FsCheck.Xunit;

namespace ToyModels.Pipelines.Tests;

public sealed class NearestTests
{
    private static readonly string[] _names = ["steps", "batch", "densities", "restarts"];

    [Theory]
    [InlineData("stesp", "steps")]
    [InlineData("step", "steps")]
    [InlineData("Steps", "steps")]
    [InlineData("dens", "densities")]
    [InlineData("restart", "restarts")]
    public void A_slip_finds_what_was_meant(string slip, string meant) => Assert.Equal(meant, Nearest.Find(slip, _names)[0]);

    [Fact]
    public void Nothing_near_offers_everything()
    {
        Assert.Empty(Nearest.Find("learning-rate", _names));
        Assert.Equal(" There are: steps, batch, densities, restarts.", Nearest.Offer("learning-rate", _names));
    }

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ab", "ba", 1)]
    [InlineData("", "abc", 3)]
    public void Distance_counts_letters_and_swaps(string a, string b, int distance) => Assert.Equal(distance, Nearest.Distance(a, b));

    [Property]
    public bool Distance_is_symmetric_and_zero_for_equals_alone(FsCheck.NonNull<string> a, FsCheck.NonNull<string> b)
    {
        var distance = Nearest.Distance(a.Get, b.Get);
        return distance == Nearest.Distance(b.Get, a.Get)
            && (distance == 0) == (a.Get == b.Get)
            && distance >= Math.Abs(a.Get.Length - b.Get.Length)
            && distance <= Math.Max(a.Get.Length, b.Get.Length);
    }
}
