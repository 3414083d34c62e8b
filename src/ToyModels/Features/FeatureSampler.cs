using System.Diagnostics;
using System.Numerics;

namespace ToyModels;

/// <summary>
/// Draws the rows of a <see cref="FeatureDistribution"/>. Row r is a pure function of (distribution, seed, stream, r), so rows can be
/// asked for in any order, any number of times, from any thread.
/// </summary>
/// <remarks>
/// Rows come in blocks of R(n) = clamp(2^⌈log₂(16384/n)⌉, 16, 1024); each block has a 128-bit key of its own. Any row costs at most one block.
/// Where 7 to 512 features all have one small density, rows of equally many non-zeros are drawn together; there R = 1024, so that many are.
/// </remarks>
public sealed class FeatureSampler
{
    /// <summary>Blocks that are drawn in one go. A block has sixteen rows at least, so that these hold the 256 that can be listed together.</summary>
    private const int BlocksAtOnce = 16;

    /// <summary>The most rows of a block.</summary>
    private const int MostRows = 1024;

    private readonly BlockSampler _blocks;
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
        BlockRows = LengthLaw.Holds(distribution.Densities.AsSpan()) ? MostRows : RowsPerBlock(distribution.Count);
        _blocks = BlockSampler.Create(distribution, BlockRows);
        _key = RandomKey.Create(RandomKey.Purpose.Data, seed).Derive((uint)stream);
    }

    /// <summary>What is drawn.</summary>
    public FeatureDistribution Distribution { get; }

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>The stream of that seed.</summary>
    public int Stream { get; }

    /// <summary>R: rows of a block, a power of two from 16 to 1024.</summary>
    public int BlockRows { get; }

    /// <summary>Draws one block.</summary>
    /// <param name="block">Its number, from 0: it holds rows block·R to block·R + R − 1.</param>
    /// <param name="destination">Receives n·R values, feature-major: feature i of the block's row s goes to [i·R + s].</param>
    public void FillBlock(long block, Span<float> destination)
    {
        Guard.AtLeast(block, 0);
        Guard.Length(destination.Length, Distribution.Count * BlockRows, nameof(destination), $"{Distribution.Count} features times {BlockRows} rows of a block");
        FillBlocks(block, 1, destination, BlockRows);
    }

    /// <summary>Draws neighbouring blocks into a wider matrix.</summary>
    /// <param name="first">The first one's number.</param>
    /// <param name="count">How many.</param>
    /// <param name="destination">Receives feature i of their row s at [i·stride + s].</param>
    /// <param name="stride">Distance between features.</param>
    /// <param name="lists">Where given, receives the non-zeros too, of no more blocks than <see cref="BlocksAtOnce"/>.</param>
    internal unsafe void FillBlocks(long first, int count, Span<float> destination, int stride, FeatureLists? lists = null)
    {
        // The last feature's row may end before the stride does.
        Debug.Assert(stride >= count * BlockRows && destination.Length >= ((Distribution.Count - 1) * stride) + (count * BlockRows));
        Debug.Assert(lists is null || count <= BlocksAtOnce);
        Span<RandomKey> keys = stackalloc RandomKey[BlocksAtOnce];
        fixed (float* start = destination)
        {
            for (var block = 0; block < count; block += BlocksAtOnce)
            {
                var some = keys[..Math.Min(BlocksAtOnce, count - block)];
                for (var i = 0; i < some.Length; i++)
                {
                    some[i] = KeyOf(first + block + i);
                }

                _blocks.Fill(some, start + (block * BlockRows), stride, lists);
            }
        }
    }

    /// <summary>Whether blocks are drawn by their non-zeros, by <see cref="ListBlock"/> and <see cref="FillRows"/>.</summary>
    internal bool IsListed => _blocks.IsListed;

    /// <summary>Lists the non-zeros of one block, row after row.</summary>
    internal void ListBlock(long block, SparseBlock destination)
    {
        Debug.Assert(IsListed);
        _blocks.List(KeyOf(block), destination);
    }

    /// <summary>Draws one block by its non-zeros, row after row: feature i of row s goes to [s·n + i].</summary>
    internal unsafe void FillRows(long block, Span<float> destination)
    {
        Debug.Assert(IsListed && destination.Length == Distribution.Count * BlockRows);
        fixed (float* rows = destination)
        {
            _blocks.FillRows(KeyOf(block), rows);
        }
    }

    /// <summary>Whether rows without a non-zero are never drawn: <see cref="FillNonEmpty"/> draws the others.</summary>
    internal bool LeavesEmptyRowsOut => _blocks.LeavesEmptyRowsOut;

    /// <summary>How many rows of one block are not empty.</summary>
    internal NonEmptyDraw BeginNonEmpty(long block)
    {
        Debug.Assert(LeavesEmptyRowsOut);
        var key = KeyOf(block);
        return new NonEmptyDraw(block, key, _blocks.CountNonEmpty(key));
    }

    /// <summary>Draws them: feature i of the s-th of them goes to [i·stride + s], and what is behind them up to a block's rows is undefined.</summary>
    internal unsafe void FillNonEmpty(NonEmptyDraw draw, float* destination, int stride) => _blocks.FillNonEmpty(draw.Key, draw.Rows, destination, stride);

    /// <summary>Whether rows are drawn length by length: <see cref="FillLengths"/> does it.</summary>
    internal bool IsByLength => _blocks.Lengths is not null;

    /// <summary>Draws the rows of one block that are not empty, length by length.</summary>
    internal void FillLengths(long block, LengthBlock destination) => _blocks.FillLengths(KeyOf(block), destination);

    /// <summary>The places and lengths of those rows.</summary>
    internal void Locate(long block, LengthBlock drawn) => _blocks.Locate(KeyOf(block), drawn);

    /// <summary>The places in the block of the <paramref name="kept"/> rows that are not empty: 1 for each, 0 for the others.</summary>
    internal void Choose(long block, int kept, Span<byte> places) => _blocks.Choose(KeyOf(block), kept, places);

    private RandomKey KeyOf(long block) => _key.Derive((ulong)block);

    /// <summary>R(n).</summary>
    internal static int RowsPerBlock(int features) => (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((uint)((16384 + features - 1) / features)), 16, MostRows);
}
