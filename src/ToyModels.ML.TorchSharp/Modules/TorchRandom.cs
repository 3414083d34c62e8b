using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>
/// Has torch's generator, of which there is one for all, to itself for a while: seeds it, and gives it back as it was. Whoever else draws from
/// it meanwhile, and is not of this library, disturbs both.
/// </summary>
internal readonly struct TorchRandom : IDisposable
{
    private static readonly Lock _lock = new();
    private readonly Tensor _before;

    internal TorchRandom(int seed)
    {
        _lock.Enter();
        _before = random.get_rng_state().DetachFromDisposeScope();
        random.manual_seed(seed);
    }

    public void Dispose()
    {
        random.set_rng_state(_before);
        _before.Dispose();
        _lock.Exit();
    }
}
