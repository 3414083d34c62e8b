using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), step for step as PyTorch writes it:
/// θ ← θ(1 − ηλ); m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; θ ← θ − η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
/// </summary>
internal abstract unsafe class AdamW(OptimizerOptions options)
{
    /// <summary>Parameters from which several threads pay: some microseconds. Each then has its part of the gradient, and of W for the next step, in its own caches.</summary>
    private const int LeastShared = 1 << 13;

    /// <summary>Parameters of a piece at least.</summary>
    private const int LeastOfPiece = 1 << 10;

    /// <summary>So that a thread that is slower for a while holds no other up.</summary>
    private const int PiecesPerThread = 8;

    private readonly AdamRates _rates = new(options);

    // What threads share in the step in hand: a lambda that held it would be made anew at every step.
    private PinnedBuffer? _parameters;
    private PinnedBuffer? _gradient;
    private float _scale;
    private int _pieces;
    private Action<int, int>? _movePiece;

    /// <summary>The constants of the rule.</summary>
    protected OptimizerOptions Options => options;

    /// <summary>1 − ηλ.</summary>
    protected float Decay => _rates.Decay;

    /// <summary>η/(1−β₁ᵗ).</summary>
    protected float Rate => _rates.Rate;

    /// <summary>1/√(1−β₂ᵗ).</summary>
    protected float Root => _rates.Root;

    /// <summary>One step along <paramref name="scale"/> times the gradient.</summary>
    /// <param name="parameters">θ; as many as the optimiser was made for.</param>
    /// <param name="gradient">∂L/∂θ, as many.</param>
    /// <param name="scale">What the gradient is multiplied by.</param>
    /// <param name="team">Threads that share the parameters where these are many; null for none.</param>
    internal void Step(PinnedBuffer parameters, PinnedBuffer gradient, float scale, WorkerTeam? team = null)
    {
        _rates.MoveNext();
        if (team is null || parameters.Length < LeastShared)
        {
            Move(parameters.Pointer, gradient.Pointer, 0, parameters.Length, scale);
        }
        else
        {
            Share(team, parameters, gradient, scale);
        }
    }

    private void Share(WorkerTeam team, PinnedBuffer parameters, PinnedBuffer gradient, float scale)
    {
        (_parameters, _gradient, _scale) = (parameters, gradient, scale);
        _pieces = Math.Min(PiecesPerThread * team.Size, parameters.Length / LeastOfPiece);
        team.Share(_pieces, _movePiece ??= (_, piece) => Move(_parameters!.Pointer, _gradient!.Pointer, Start(piece), Start(piece + 1), _scale));
    }

    private int Start(int piece) => (int)((long)(_parameters!.Length / Lanes.Count) * piece / _pieces) * Lanes.Count;

    /// <summary>Applies the rule with this step's <see cref="Rate"/> and <see cref="Root"/> to parameters <paramref name="first"/> up to <paramref name="end"/>.</summary>
    protected abstract void Move(float* parameters, float* gradient, int first, int end, float scale);
}

/// <summary>The rule on one kind of vector; every operation is rounded once, so the bits are the same on all.</summary>
/// <param name="options">The constants.</param>
/// <param name="parameters">Number of parameters, a multiple of sixteen.</param>
internal sealed unsafe class AdamW<TSimd, TF, TI>(OptimizerOptions options, int parameters) : AdamW(options)
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    private readonly PinnedBuffer _mean = new(parameters);
    private readonly PinnedBuffer _square = new(parameters);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Move(float* parameters, float* gradient, int first, int end, float scale)
    {
        float* mean = _mean.Pointer, square = _square.Pointer;
        for (nint i = first; i < end; i += TSimd.Width)
        {
            Move(parameters + i, gradient + i, mean + i, square + i, scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Move(float* theta, float* gradient, float* mean, float* square, float scale)
    {
        var g = TSimd.Multiply(TSimd.Load(gradient), TSimd.Splat(scale));
        var m = TSimd.Add(
            TSimd.Multiply(TSimd.Splat(Options.Beta1), TSimd.Load(mean)),
            TSimd.Multiply(TSimd.Splat(1 - Options.Beta1), g));
        var v = TSimd.Add(
            TSimd.Multiply(TSimd.Splat(Options.Beta2), TSimd.Load(square)),
            TSimd.Multiply(TSimd.Multiply(TSimd.Splat(1 - Options.Beta2), g), g));
        var denominator = TSimd.Add(TSimd.Multiply(TSimd.Sqrt(v), TSimd.Splat(Root)), TSimd.Splat(Options.Epsilon));
        var move = TSimd.Divide(TSimd.Multiply(TSimd.Splat(Rate), m), denominator);
        TSimd.Store(m, mean);
        TSimd.Store(v, square);
        TSimd.Store(TSimd.Subtract(TSimd.Multiply(TSimd.Load(theta), TSimd.Splat(Decay)), move), theta);
    }
}
