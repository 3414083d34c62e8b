using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>A module with the parts of it that were named. One call at a time: what a module keeps of a call is its own affair.</summary>
internal sealed class TrainedModule : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string? _hiddenModule;
    private bool _isWatching;
    private Tensor? _hidden;

    /// <param name="module">The module; disposed with this.</param>
    /// <param name="features">Number of features n.</param>
    /// <param name="hiddenModule">Name of the part that gives h; null for none.</param>
    /// <exception cref="ArgumentException">The module does not give what is needed of it.</exception>
    internal TrainedModule(nn.Module<Tensor, Tensor> module, int features, string? hiddenModule)
    {
        ArgumentNullException.ThrowIfNull(module);
        Module = module;
        FeatureCount = features;
        _hiddenModule = hiddenModule;
        if (hiddenModule is not null)
        {
            Part<nn.Module<Tensor, Tensor>>(hiddenModule, "a module of one tensor to one tensor").register_forward_hook((_, _, output) => Watch(output));
        }

        HiddenCount = Try();
    }

    /// <summary>The module itself.</summary>
    internal nn.Module<Tensor, Tensor> Module { get; }

    /// <summary>n.</summary>
    internal int FeatureCount { get; }

    /// <summary>Number of hidden dimensions; 0 where no part is named.</summary>
    internal int HiddenCount { get; }

    /// <summary>x' and h of one row.</summary>
    /// <param name="features">x, n values.</param>
    /// <param name="hidden">Receives h, as many values as <see cref="HiddenCount"/>.</param>
    /// <param name="reconstruction">Receives x', n values.</param>
    internal void Forward(float[] features, Span<float> hidden, Span<float> reconstruction)
    {
        lock (_lock)
        {
            using var scope = NewDisposeScope();
            Call(tensor(features, [1, FeatureCount])).data<float>().ToArray().CopyTo(reconstruction);
            if (!hidden.IsEmpty)
            {
                Hidden().data<float>().ToArray().CopyTo(hidden);
            }
        }
    }

    /// <summary>The weights of a linear layer as a linear model, whose features are on one side of it.</summary>
    /// <param name="name">Its name among <c>named_modules()</c>.</param>
    /// <param name="side">Where its features are.</param>
    internal ToyModel Layer(string name, LayerFeatures side)
    {
        lock (_lock)
        {
            using var scope = NewDisposeScope();
            var layer = Linear(name);
            var weight = (side == LayerFeatures.Inputs ? layer.weight.transpose(0, 1) : layer.weight).detach().cpu().contiguous();
            var (features, hidden) = ((int)weight.shape[0], (int)weight.shape[1]);
            var bias = side == LayerFeatures.Outputs && layer.bias is { } b ? b.detach().cpu().data<float>().ToArray() : new float[features];
            return new ToyModel(ToyModelKind.Linear, hidden, weight.data<float>().ToArray(), bias);
        }
    }

    /// <summary>The weights of a linear layer by feature of the data: its inputs where it has n of them, else its outputs.</summary>
    /// <exception cref="ArgumentException">It has n of neither.</exception>
    internal ToyModel FeatureLayer(string name)
    {
        var weight = Linear(name).weight;
        return weight.shape[1] == FeatureCount ? Layer(name, LayerFeatures.Inputs)
            : weight.shape[0] == FeatureCount ? Layer(name, LayerFeatures.Outputs)
            : throw new ArgumentException(FormattableString.Invariant(
                $"Layer '{name}' has {weight.shape[1]} inputs and {weight.shape[0]} outputs; one of them must be the {FeatureCount} features."));
    }

    /// <summary>What the module has learned, by name: data only.</summary>
    internal SafetensorsFile Save()
    {
        lock (_lock)
        {
            return ModuleState.Read(Module);
        }
    }

    public void Dispose() => Module.Dispose();

    /// <summary>Runs two rows of zeros through, so that what does not fit is told before training.</summary>
    /// <returns>Number of hidden dimensions.</returns>
    private int Try()
    {
        using var scope = NewDisposeScope();
        Module.eval();
        var output = Call(zeros(2, FeatureCount));
        if (output.dtype != ScalarType.Float32 || !output.shape.SequenceEqual([2, FeatureCount]))
        {
            throw new ArgumentException(
                $"The module gives {output.dtype} [{string.Join(", ", output.shape)}] for Float32 [2, {FeatureCount}]; it must give Float32 [2, {FeatureCount}].");
        }

        return _hiddenModule is null ? 0 : (int)Hidden().shape[1];
    }

    private Tensor Call(Tensor rows)
    {
        using var _ = no_grad();
        (_hidden, _isWatching) = (null, true);
        try
        {
            return Module.call(rows);
        }
        finally
        {
            _isWatching = false;
        }
    }

    /// <summary>Keeps a copy of what the named part gave: Sequential disposes of it, and the next part may write into it.</summary>
    private Tensor Watch(Tensor output)
    {
        _hidden = _isWatching ? output.clone() : null;
        return output;
    }

    private Tensor Hidden()
    {
        var hidden = _hidden ?? throw new ArgumentException(
            $"The module did not call its part '{_hiddenModule}', or ran it by forward, which tells nobody: run it by call.");
        return hidden.dtype == ScalarType.Float32 && hidden.shape.Length == 2
            ? hidden
            : throw new ArgumentException($"Part '{_hiddenModule}' gives {hidden.dtype} [{string.Join(", ", hidden.shape)}]; it must give Float32 [batch, h].");
    }

    private Linear Linear(string name) => Part<Linear>(name, "a Linear layer");

    private T Part<T>(string name, string what) where T : class
    {
        var parts = Module.named_modules().ToArray();
        var found = parts.Where(p => p.name == name).Select(p => p.module).FirstOrDefault()
            ?? throw new ArgumentException($"The module has no part '{name}'. Its parts: {string.Join(", ", parts.Select(p => $"'{p.name}'"))}.");
        return found as T ?? throw new ArgumentException($"Part '{name}' is of type {found.GetType().Name}; it must be {what}.");
    }
}
