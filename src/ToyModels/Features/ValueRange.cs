namespace ToyModels;

/// <summary>The values that a feature takes when it is present.</summary>
public enum ValueRange
{
    /// <summary>Uniform on [0, 1): the data of Elhage et al. 2022, "Problem setup". Mean 1/2, second moment 1/3.</summary>
    Unit,

    /// <summary>Uniform on [−1, 1): the data of Elhage et al. 2022, "Computation in superposition". Mean 0, second moment 1/3.</summary>
    Symmetric,
}
