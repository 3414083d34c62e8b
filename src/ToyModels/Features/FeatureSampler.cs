using System.Collections.Immutable;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>
/// Draws the rows of a <see cref="FeatureDistribution"/>. Row r is a pure function of (distribution, seed, stream, r), so rows can be
/// asked for in any order, any number of times, from any thread.
/// </summary>
/// <remarks>
/// Rows come in blocks of R(n) = clamp(2^⌈log₂(16384/n)⌉, 16, 1024); each block has a 128-bit key of its own. Any row costs at most one block.
/// </remarks>
public sealed class FeatureSampler
{
    private readonly ImmutableArray<DensityRun> _runs;
    private readonly RandomKey _key;

    /// <param name="distribution">What is drawn.</param>
    /// <param name="seed">Any number; different seeds give independent data.</param>
    /// <param name="stream">Any number; different streams of one seed are independent of each other. Default 0.</param>
    public FeatureSampler(FeatureDistribution distribution, int seed, int stream = 0)
    {
        ArgumentNullException.ThrowIfNull(distribution);
        Distribution = distribution;
        Seed = seed;
        Stream = stream;
        BlockRows = RowsPerBlock(distribution.Count);
        _runs = DensityRun.Of(distribution);
        _key = RandomKey.Create(RandomKey.Purpose.Data, seed).Derive((uint)stream);
    }

    /// <summary>What is drawn.</summary>
    public FeatureDistribution Distribution { get; }

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>The stream of that seed.</summary>
    public int Stream { get; }

    /// <summary>R(n): rows of a block, a power of two from 16 to 1024.</summary>
    public int BlockRows { get; }

    /// <summary>Draws one block.</summary>
    /// <param name="block">Its number, from 0: it holds rows block·R to block·R + R − 1.</param>
    /// <param name="destination">Receives n·R values, feature-major: feature i of the block's row s goes to [i·R + s].</param>
    public void FillBlock(long block, Span<float> destination)
    {
        Guard.AtLeast(block, 0);
        Guard.Length(destination.Length, Distribution.Count * BlockRows, nameof(destination), $"{Distribution.Count} features times {BlockRows} rows of a block");
        FillBlock(block, destination, BlockRows);
    }

    /// <summary>Draws one block into a wider matrix: feature i of the block's row s goes to [i·stride + s].</summary>
    internal unsafe void FillBlock(long block, Span<float> destination, int stride)
    {
        // The last feature's row may end before the stride does.
        Debug.Assert(stride >= BlockRows && destination.Length >= ((Distribution.Count - 1) * stride) + BlockRows);
        fixed (float* start = destination)
        {
            var key = _key.Derive((ulong)block);
            var runs = _runs.AsSpan();
            if (Vector512.IsHardwareAccelerated)
            {
                BlockSampler<Simd512, Vector512<float>, Vector512<int>>.Fill(runs, key, start, BlockRows, stride);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                BlockSampler<Simd256, Vector256<float>, Vector256<int>>.Fill(runs, key, start, BlockRows, stride);
            }
            else
            {
                BlockSampler<Simd128, Vector128<float>, Vector128<int>>.Fill(runs, key, start, BlockRows, stride);
            }
        }
    }

    /// <summary>Whether every density is low enough for <see cref="ListBlock"/>.</summary>
    internal bool IsSparse => _runs.All(run => !run.IsDense);

    /// <summary>Lists the non-zeros of one block, row after row; every density is below that from which all elements are drawn.</summary>
    internal void ListBlock(long block, SparseBlock destination)
    {
        Debug.Assert(IsSparse);
        var key = _key.Derive((ulong)block);
        var runs = _runs.AsSpan();
        if (Vector512.IsHardwareAccelerated)
        {
            BlockSampler<Simd512, Vector512<float>, Vector512<int>>.List(runs, key, BlockRows, destination);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            BlockSampler<Simd256, Vector256<float>, Vector256<int>>.List(runs, key, BlockRows, destination);
        }
        else
        {
            BlockSampler<Simd128, Vector128<float>, Vector128<int>>.List(runs, key, BlockRows, destination);
        }
    }

    internal static int RowsPerBlock(int features) =>
        (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((uint)((16384 + features - 1) / features)), 16, 1024);
}
