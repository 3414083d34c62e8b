using Microsoft.ML;

namespace ToyModels.ML.Tests;

/// <summary>What an application is told that references the managed packages alone, as this build does.</summary>
public class MissingLibraryTests
{
    private static readonly TrainingInstance _instance =
        new(new ToyModelOptions { Hidden = 2, Steps = 1, Seed = 1 }, new GeneratedSamples(new FeatureDistribution(5, 0.1f), seed: 1));

    [WithoutTorchFact]
    public void One_sentence_names_the_package_to_add_each_time_it_is_asked()
    {
        for (var time = 0; time < 2; time++)
        {
            var exception = Assert.Throws<DllNotFoundException>(() => new TorchSharpTrainer().Train([_instance]));

            Assert.Contains("add the package libtorch-cpu-", exception.Message);
            Assert.Contains(" 2.10.0 to the application", exception.Message);
            Assert.Contains("TorchSharp-cuda-", exception.Message);
            Assert.DoesNotContain('\n', exception.Message);
            Assert.IsType<DllNotFoundException>(exception.InnerException);
        }
    }

    [WithoutTorchFact]
    public void A_pipeline_is_told_the_same_before_any_row_is_read()
    {
        var ml = new MLContext(seed: 1) { GpuDeviceId = 0 };
        var toys = ml.ToyModels();
        var estimator = toys.ToyModel(new() { Model = new() { Hidden = 2, Steps = 1, Seed = 1 }, Trainer = toys.TorchSharpTrainer() });

        var exception = Assert.Throws<DllNotFoundException>(() => estimator.Fit(toys.Generate(new FeatureDistribution(5, 0.1f), 100, seed: 1)));

        Assert.Contains("add the package libtorch-cpu-", exception.Message);
    }

    [Fact]
    public void A_trainer_can_be_made_and_asked_for_its_device_without_the_library()
    {
        Assert.Equal("cuda:1", new MLContext().ToyModels().TorchSharpTrainer("cuda:1").Device);
        Assert.Null(new TorchSharpTrainer().Device);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("CPU")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("")]
    public void Another_name_of_a_device_is_refused(string device)
    {
        var exception = Assert.Throws<ArgumentException>(() => new TorchSharpTrainer(device));

        Assert.Contains($"device is '{device}'", exception.Message);
        Assert.Contains("cuda:0", exception.Message);
    }

    [Fact]
    public void Options_are_checked_before_the_library_is_asked_for() =>
        Assert.Throws<ArgumentException>(() => new TorchSharpTrainer().Train([]));
}
