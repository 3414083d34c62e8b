using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ToyModels.ML.Tests;

/// <summary>Modules as users write them.</summary>
internal static class Modules
{
    /// <summary>encoder, activation, decoder: n → m → n.</summary>
    internal static nn.Module<Tensor, Tensor> Autoencoder(int n, int m) =>
        nn.Sequential(("encoder", nn.Linear(n, m)), ("activation", nn.ReLU()), ("decoder", nn.Linear(m, n)));

    /// <summary>x' = ReLU(WᵀWx + b), tied as toy models are, from given weights.</summary>
    internal sealed class Tied : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _weights;
        private readonly Parameter _bias;

        internal Tied(int n, int m, float[] featureMajor)
            : base(nameof(Tied))
        {
            _weights = nn.Parameter(tensor(featureMajor, [n, m]));
            _bias = nn.Parameter(zeros(n));
            RegisterComponents();
        }

        internal float[] Weights => _weights.detach().data<float>().ToArray();

        public override Tensor forward(Tensor input) => input.matmul(_weights).matmul(_weights.transpose(0, 1)).add(_bias).relu();
    }

    /// <summary>Runs its part by forward, past every hook.</summary>
    internal sealed class Silent : nn.Module<Tensor, Tensor>
    {
        private readonly Linear _part;

        internal Silent(int n)
            : base(nameof(Silent))
        {
            _part = nn.Linear(n, n);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _part.forward(input);
    }
}
