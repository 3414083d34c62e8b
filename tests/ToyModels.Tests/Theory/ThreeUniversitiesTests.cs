namespace ToyModels.Tests;

public class ThreeUniversitiesTests
{
    [Fact]
    public void Worked_example_comes_out_of_the_model()
    {
        Span<float> hidden = stackalloc float[2];
        Span<float> reconstruction = stackalloc float[3];
        ThreeUniversities.Model.Encode(ThreeUniversities.Features.AsSpan(), hidden);
        ThreeUniversities.Model.Decode(hidden, reconstruction);
        for (var k = 0; k < 2; k++)
        {
            Assert.Equal(ThreeUniversities.Hidden[k], hidden[k], 1e-6);
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ThreeUniversities.Reconstruction[i], reconstruction[i], 1e-6);
        }
    }

    [Fact]
    public void Any_two_universities_meet_at_120_degrees() =>
        Assert.All(Polytopes.Measure(ThreeUniversities.Model).Pairs(), p =>
        {
            Assert.Equal(ThreeUniversities.DotProduct, p.Dot, 1e-6);
            Assert.Equal(-0.5, p.Cosine, 1e-6);
        });
}
