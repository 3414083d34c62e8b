using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>Computes a row's value of a vector column from that of another. Serves one thread.</summary>
internal delegate void VectorMap(in VBuffer<float> row, ref VBuffer<float> destination);
