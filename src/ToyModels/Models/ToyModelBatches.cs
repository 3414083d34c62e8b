using System.Buffers;
using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>The forward pass over many rows, row-major, one after the other; each row has the bits that it has alone.</summary>
public static class ToyModelBatches
{
    private const int RowsAtATime = 64;

    // Finding what is present costs as much as a few vectors of sums: a row alone pays where the hidden layer is wide, or almost nothing is present.
    private const int WideHidden = 64;
    private const int WideShare = 4;
    private const int NarrowShare = 32;

    /// <summary>h = Wx for every row.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Rows of n values.</param>
    /// <param name="hidden">Receives as many rows of m values.</param>
    /// <exception cref="ArgumentException"><paramref name="features"/> is no whole number of rows, or <paramref name="hidden"/> has not as many.</exception>
    public static void EncodeBatch(this ToyModel model, ReadOnlySpan<float> features, Span<float> hidden)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (n, m) = (model.FeatureCount, model.HiddenCount);
        var rows = Rows(features.Length, n, nameof(features), hidden.Length, m, nameof(hidden));
        var row = 0;
        if (ToyModel.IsWide(m))
        {
            EncodeTiles(model, features, rows, hidden);
            row = rows & -TileKernels.Rows;
        }

        for (; row < rows; row++)
        {
            model.Encode(features.Slice(row * n, n), hidden.Slice(row * m, m));
        }
    }

    /// <summary>h = Wx for every sparse row.</summary>
    /// <param name="model">The model.</param>
    /// <param name="starts">Where each row begins among the non-zeros, then their number: one more than there are rows, ascending from 0.</param>
    /// <param name="indices">Features of the non-zeros, ascending within a row.</param>
    /// <param name="values">Their values, as many.</param>
    /// <param name="hidden">Receives a row of m values for each row.</param>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is not that of a feature, or starts do not ascend within the non-zeros.</exception>
    public static void EncodeBatch(this ToyModel model, ReadOnlySpan<int> starts, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, Span<float> hidden)
    {
        ArgumentNullException.ThrowIfNull(model);
        Guard.AtLeast(starts.Length, 1, "starts.Length");
        if (hidden.Length != (starts.Length - 1) * model.HiddenCount)
        {
            Guard.Length(hidden.Length, (starts.Length - 1) * model.HiddenCount, nameof(hidden), $"{starts.Length - 1} rows of {model.HiddenCount} hidden dimensions");
        }

        for (var row = 0; row < starts.Length - 1; row++)
        {
            var length = starts[row + 1] - starts[row];
            model.Encode(
                indices.Slice(starts[row], length), values.Slice(starts[row], length), hidden.Slice(row * model.HiddenCount, model.HiddenCount));
        }
    }

    /// <summary>x' = f(Wᵀh + b) for every row.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hidden">Rows of m values.</param>
    /// <param name="reconstruction">Receives as many rows of n values.</param>
    /// <exception cref="ArgumentException"><paramref name="hidden"/> is no whole number of rows, or <paramref name="reconstruction"/> has not as many.</exception>
    public static void DecodeBatch(this ToyModel model, ReadOnlySpan<float> hidden, Span<float> reconstruction)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (n, m) = (model.FeatureCount, model.HiddenCount);
        var rows = Rows(hidden.Length, m, nameof(hidden), reconstruction.Length, n, nameof(reconstruction));
        var row = 0;
        if (ToyModel.IsWide(n))
        {
            DecodeTiles(model, hidden, rows, reconstruction);
            row = rows & -TileKernels.Rows;
        }

        for (; row < rows; row++)
        {
            model.Decode(hidden.Slice(row * m, m), reconstruction.Slice(row * n, n));
        }
    }

    /// <summary>x' of x for every row.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Rows of n values.</param>
    /// <param name="reconstruction">Receives as many rows of n values.</param>
    /// <exception cref="ArgumentException"><paramref name="features"/> is no whole number of rows, or <paramref name="reconstruction"/> has not as many.</exception>
    public static void ReconstructBatch(this ToyModel model, ReadOnlySpan<float> features, Span<float> reconstruction)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (n, m) = (model.FeatureCount, model.HiddenCount);
        var rows = Rows(features.Length, n, nameof(features), reconstruction.Length, n, nameof(reconstruction));
        var hidden = new float[Math.Min(rows, RowsAtATime) * m];
        for (var row = 0; row < rows; row += RowsAtATime)
        {
            var taken = Math.Min(RowsAtATime, rows - row);
            model.EncodeBatch(features.Slice(row * n, taken * n), hidden.AsSpan(0, taken * m));
            model.DecodeBatch(hidden.AsSpan(0, taken * m), reconstruction.Slice(row * n, taken * n));
        }
    }

    /// <summary>h = Wx for four rows that do not lie one after the other.</summary>
    /// <param name="model">The model; its hidden layer fills a vector (<see cref="ToyModel.IsWide"/>).</param>
    /// <param name="first">n values.</param>
    /// <param name="second">n values.</param>
    /// <param name="third">n values.</param>
    /// <param name="fourth">n values.</param>
    /// <param name="hidden">Receives four rows of m values.</param>
    internal static unsafe void EncodeTile(
        this ToyModel model, ReadOnlySpan<float> first, ReadOnlySpan<float> second, ReadOnlySpan<float> third, ReadOnlySpan<float> fourth, Span<float> hidden)
    {
        fixed (float* x0 = first, x1 = second, x2 = third, x3 = fourth, w = model.Weights, h = hidden)
        {
            EncodeTile(model, x0, x1, x2, x3, w, h);
        }
    }

    /// <summary>As many rows as make whole tiles.</summary>
    private static unsafe void EncodeTiles(ToyModel model, ReadOnlySpan<float> features, int rows, Span<float> hidden)
    {
        nint n = model.FeatureCount, m = model.HiddenCount;
        fixed (float* x = features, w = model.Weights, h = hidden)
        {
            for (var row = 0; row <= rows - TileKernels.Rows; row += TileKernels.Rows)
            {
                var first = x + (row * n);
                EncodeTile(model, first, first + n, first + (2 * n), first + (3 * n), w, h + (row * m));
            }
        }
    }

    /// <summary>Where few features are present, as the first row tells, the four go one by one.</summary>
    private static unsafe void EncodeTile(ToyModel model, float* x0, float* x1, float* x2, float* x3, float* weights, float* hidden)
    {
        var (n, m) = (model.FeatureCount, model.HiddenCount);
        if (RowKernels.CountPresent(x0, n) > (m >= WideHidden ? n / WideShare : n / NarrowShare))
        {
            TileKernels.Encode(x0, x1, x2, x3, n, weights, hidden, m);
            return;
        }

        var indices = ArrayPool<int>.Shared.Rent(n);
        var values = ArrayPool<float>.Shared.Rent(n);
        for (var row = 0; row < TileKernels.Rows; row++)
        {
            var x = row switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
            var present = RowKernels.FindPresent(x, n, indices, values);
            model.Encode(indices.AsSpan(0, present), values.AsSpan(0, present), new Span<float>(hidden + (row * m), m));
        }

        ArrayPool<int>.Shared.Return(indices);
        ArrayPool<float>.Shared.Return(values);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void DecodeTiles(ToyModel model, ReadOnlySpan<float> hidden, int rows, Span<float> reconstruction)
    {
        var (n, m) = (model.FeatureCount, model.HiddenCount);
        fixed (float* h = hidden, w = model.WeightsByDimension, b = model.Bias, y = reconstruction)
        {
            for (var row = 0; row <= rows - TileKernels.Rows; row += TileKernels.Rows)
            {
                TileKernels.Decode(h + ((nint)row * m), m, w, b, model.Kind == ToyModelKind.ReluOutput, y + ((nint)row * n), n);
            }
        }
    }

    private static int Rows(int input, int inputWidth, string inputName, int output, int outputWidth, string outputName)
    {
        if (input % inputWidth != 0)
        {
            throw new ArgumentException($"{inputName} has {input} elements, but must hold whole rows of {inputWidth}.", inputName);
        }

        var rows = input / inputWidth;
        if (output != rows * outputWidth)
        {
            // Only here is the sentence made: a batch of one row is not to leave garbage.
            Guard.Length(output, rows * outputWidth, outputName, $"{rows} rows of {outputWidth}");
        }

        return rows;
    }
}
