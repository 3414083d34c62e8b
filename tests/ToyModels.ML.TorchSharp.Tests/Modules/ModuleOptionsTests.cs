using Microsoft.ML;

namespace ToyModels.ML.Tests;

/// <summary>What an estimator of a module can tell without torch's native library.</summary>
public class ModuleOptionsTests
{
    private static readonly TorchModuleEstimatorOptions _options = new() { ContractName = "autoencoder", Create = () => Modules.Autoencoder(Views.FeatureCount, 2) };

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Options_that_contradict_each_other_are_refused_when_the_estimator_is_made()
    {
        Refused(_options with { Steps = 1, Epochs = 1 }, "Steps (1) and Epochs (1)");
        Refused(_options with { BatchSize = 0 }, "BatchSize must be at least 1");
        Refused(_options with { HiddenColumnName = "Hidden" }, "HiddenModule is null");
        Refused(_options with { ReconstructionColumnName = null }, "all null");
        Refused(_options with { Device = "gpu" }, "device is 'gpu'");
        Assert.Contains("ContractName is empty", Assert.Throws<ArgumentException>(() => _options with { ContractName = " " }).Message);
        Assert.Throws<ArgumentNullException>(() => _options with { Create = null! });
        Assert.Throws<ArgumentException>(() => _ml.ToyModels().RegisterTorchModule("", _options.Create));

        void Refused(TorchModuleEstimatorOptions options, string text) =>
            Assert.Contains(text, Assert.ThrowsAny<ArgumentException>(() => _ml.ToyModels().TorchModule(options)).Message);
    }

    [Fact]
    public void A_bad_column_is_refused_before_any_training()
    {
        var estimator = _ml.ToyModels().TorchModule(_options with { FeatureColumnName = "Values" });

        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(Views.Dense(_ml)));

        Assert.Contains("Could not find feature column 'Values'", exception.Message);
    }

    [Fact]
    public void The_seed_is_drawn_once_from_the_context() =>
        Assert.Equal(
            new MLContext(seed: 7).ToyModels().TorchModule("a", _options.Create).Options.Seed,
            new MLContext(seed: 7).ToyModels().TorchModule("a", _options.Create).Options.Seed);

    [WithoutTorchFact]
    public void Without_the_native_library_fit_names_the_package_to_add()
    {
        var exception = Assert.Throws<DllNotFoundException>(() => _ml.ToyModels().TorchModule(_options).Fit(Views.Dense(_ml)));

        Assert.Contains("add the package libtorch-cpu-", exception.Message);
    }
}
