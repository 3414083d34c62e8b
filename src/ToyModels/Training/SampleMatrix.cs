namespace ToyModels;

/// <summary>A feature-major matrix of samples: row r of sample s at [r·Stride + s].</summary>
internal readonly unsafe struct SampleMatrix(float* start, nint stride)
{
    internal readonly float* Start = start;

    internal readonly nint Stride = stride;

    /// <summary>The same from row <paramref name="row"/> and sample <paramref name="sample"/> on.</summary>
    internal SampleMatrix From(nint row, nint sample) => new(Start + (row * Stride) + sample, Stride);
}
