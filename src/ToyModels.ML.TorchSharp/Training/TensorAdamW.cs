using TorchSharp;
using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>
/// The library's step rule on tensors: Adam with decoupled weight decay (Loshchilov and Hutter 2019), with the constants of
/// <see cref="OptimizerOptions"/> and none of torch's own defaults. Makes its moments in the dispose scope that it is made in.
/// </summary>
internal sealed class TensorAdamW
{
    private readonly AdamRates _rates;
    private readonly Tensor[] _parameters;
    private readonly Tensor[] _means;
    private readonly Tensor[] _squares;
    private readonly Scalar _beta1;
    private readonly Scalar _beta2;
    private readonly Scalar _rest1;
    private readonly Scalar _rest2;
    private readonly Scalar _epsilon;
    private readonly Scalar? _decay;

    internal TensorAdamW(OptimizerOptions options, IEnumerable<Tensor> parameters)
    {
        _rates = new AdamRates(options);
        _parameters = [.. parameters];
        _means = [.. _parameters.Select(p => zeros_like(p))];
        _squares = [.. _parameters.Select(p => zeros_like(p))];
        _beta1 = options.Beta1;
        _beta2 = options.Beta2;
        _rest1 = 1 - options.Beta1;
        _rest2 = 1 - options.Beta2;
        _epsilon = options.Epsilon;
        _decay = options.WeightDecay > 0 ? _rates.Decay : null;
    }

    /// <summary>One step.</summary>
    /// <param name="gradients">∂L/∂θ for each parameter; null where it took no part.</param>
    internal void Step(IReadOnlyList<Tensor?> gradients)
    {
        using var _ = no_grad();
        _rates.MoveNext();
        using Scalar rate = -_rates.Rate;
        using Scalar root = _rates.Root;
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (gradients[i] is { } gradient)
            {
                using var scope = NewDisposeScope();
                Move(_parameters[i], gradient, _means[i], _squares[i], rate, root);
            }
        }
    }

    private void Move(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, Scalar rate, Scalar root)
    {
        mean.mul_(_beta1).add_(gradient, _rest1);
        square.mul_(_beta2).addcmul_(gradient, gradient, _rest2);
        if (_decay is not null)
        {
            parameter.mul_(_decay);
        }

        parameter.addcdiv_(mean, square.sqrt().mul_(root).add_(_epsilon), rate);
    }
}
