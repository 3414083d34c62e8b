using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>Toy models of one shape side by side, as one tensor program: weights [models, n, m], biases [models, n, 1]. Lives in the dispose scope that it is made in.</summary>
internal sealed class TensorModels
{
    private readonly ToyModelKind _kind;
    private readonly Tensor _weights;
    private readonly Tensor _bias;
    private readonly Tensor _importances;
    private readonly float _reduction;

    /// <param name="options">The forward pass, and the reduction, which all share.</param>
    /// <param name="weights">n·m numbers a model, feature-major.</param>
    /// <param name="bias">n numbers a model.</param>
    /// <param name="importances">n numbers a model.</param>
    /// <param name="device">Where they live.</param>
    internal TensorModels(
        ToyModelOptions options, IReadOnlyList<float[]> weights, IReadOnlyList<float[]> bias, IReadOnlyList<float[]> importances, Device device)
    {
        var (models, n) = (weights.Count, bias[0].Length);
        _kind = options.Kind;
        _reduction = options.Reduction == LossReduction.MeanOverFeatures ? 1f / n : 1f;
        _weights = tensor((float[])[.. weights.SelectMany(w => w)], [models, n, options.Hidden], device: device, requires_grad: true);
        _bias = tensor((float[])[.. bias.SelectMany(b => b)], [models, n, 1], device: device, requires_grad: true);
        _importances = tensor((float[])[.. importances.SelectMany(i => i)], [models, n, 1], device: device);
    }

    /// <summary>All weights, model after model, each feature-major.</summary>
    internal float[] Weights => Numbers(_weights);

    /// <summary>All biases, model after model.</summary>
    internal float[] Bias => Numbers(_bias);

    /// <summary>What is trained.</summary>
    internal IReadOnlyList<Tensor> Parameters => [_weights, _bias];

    /// <summary>Loss and gradient of every model.</summary>
    /// <param name="x">Rows, [models, n, rows].</param>
    /// <returns>The mean loss of each model's rows, [models], and ∂L/∂θ of each of <see cref="Parameters"/>.</returns>
    internal (Tensor Losses, IReadOnlyList<Tensor> Gradients) Gradient(Tensor x)
    {
        var losses = Errors(x).mul(_reduction / x.shape[2]);

        // Models share nothing, so the gradient of the sum holds that of each.
        return (losses.detach(), [.. autograd.grad([losses.sum()], [_weights, _bias])]);
    }

    /// <summary>The loss of all rows and models together, summed over rows.</summary>
    /// <param name="x">Rows, [models, n, rows].</param>
    internal double Loss(Tensor x)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Errors(x).sum().item<float>() * (double)_reduction;
    }

    /// <summary>Importance-weighted squared errors of each model, summed over features and rows.</summary>
    private Tensor Errors(Tensor x)
    {
        var hidden = _weights.transpose(1, 2).bmm(x);
        return (Activated(_weights.bmm(hidden).add(_bias)) - x).square().mul(_importances).sum([1, 2]);
    }

    private Tensor Activated(Tensor output) => _kind switch
    {
        ToyModelKind.Linear => output,
        ToyModelKind.ReluOutput => output.relu(),
        _ => throw new NotSupportedException($"The torch trainer has no forward pass for {nameof(ToyModelKind)}.{_kind}; use {nameof(ToyModelTrainer)}."),
    };

    private static float[] Numbers(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().cpu().data<float>().ToArray();
    }
}
