using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>Seeds torch's generator for a while, and gives it back as it was.</summary>
internal readonly struct TorchRandom : IDisposable
{
    private readonly Tensor _before;

    internal TorchRandom(int seed)
    {
        _before = random.get_rng_state().DetachFromDisposeScope();
        random.manual_seed(seed);
    }

    public void Dispose()
    {
        random.set_rng_state(_before);
        _before.Dispose();
    }
}
