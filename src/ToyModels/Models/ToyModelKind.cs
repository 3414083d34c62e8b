namespace ToyModels;

/// <summary>The forward pass of a toy model; both are tied: the decoder is the encoder's transpose (Elhage et al. 2022, "Problem setup").</summary>
public enum ToyModelKind
{
    /// <summary>h = Wx, x' = Wᵀh + b.</summary>
    Linear,

    /// <summary>h = Wx, x' = ReLU(Wᵀh + b): the model that shows superposition.</summary>
    ReluOutput,
}
