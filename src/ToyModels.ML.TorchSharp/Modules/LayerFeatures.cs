namespace ToyModels.ML;

/// <summary>Which side of a linear layer the features are on.</summary>
public enum LayerFeatures
{
    /// <summary>Features are the layer's inputs: W_i is column i of its weight, what feature i writes (an encoder).</summary>
    Inputs,

    /// <summary>Features are the layer's outputs: W_i is row i of its weight, what feature i is read from (a decoder).</summary>
    Outputs,
}
