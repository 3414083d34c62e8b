using System.Numerics;

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
        throw new NotSupportedException();
    }

    internal static int RowsPerBlock(int features) =>
        (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((uint)((16384 + features - 1) / features)), 16, 1024);
}
