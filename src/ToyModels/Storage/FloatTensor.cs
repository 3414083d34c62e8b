using System.Collections.Immutable;

namespace ToyModels;

/// <summary>A dense tensor of 32-bit floats, row-major: the last dimension runs fastest.</summary>
public sealed class FloatTensor
{
    /// <param name="shape">Its dimensions, each zero or positive; none for a single number.</param>
    /// <param name="values">As many values as the product of <paramref name="shape"/>.</param>
    /// <exception cref="ArgumentException">A dimension is negative, or the values are not as many as the shape says.</exception>
    public FloatTensor(ImmutableArray<long> shape, ReadOnlyMemory<float> values)
    {
        if (CountOf(shape.AsSpan()) is not { } count || count != values.Length)
        {
            throw new ArgumentException($"values has {values.Length} elements, which is not the product of the shape [{string.Join(", ", shape)}].", nameof(values));
        }

        Shape = shape;
        Values = values;
    }

    /// <summary>The dimensions.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The values, row-major.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>Number of elements of a shape; null where a dimension is negative or the product leaves 64 bits.</summary>
    internal static long? CountOf(ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var dimension in shape)
        {
            var product = (Int128)count * dimension;
            if (dimension < 0 || product > long.MaxValue)
            {
                return null;
            }

            count = (long)product;
        }

        return count;
    }
}
