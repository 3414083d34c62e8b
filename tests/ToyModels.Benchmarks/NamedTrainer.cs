using TorchSharp;
using ToyModels.ML;

namespace ToyModels.Benchmarks;

/// <summary>A trainer as reports call it.</summary>
internal sealed record NamedTrainer(string Name, IToyModelTrainer Trainer)
{
    /// <summary>The library's own.</summary>
    public static NamedTrainer ToyModels(int threads) => new("toymodels", new ToyModelTrainer(threads));

    /// <summary>The one on TorchSharp.</summary>
    /// <exception cref="DllNotFoundException">This build does not bring torch's native library.</exception>
    public static NamedTrainer Torch(int threads, string device)
    {
        NativeTorch.Require();
        torch.set_num_threads(threads);
        return new NamedTrainer("torchsharp", new TorchSharpTrainer(device));
    }
}
