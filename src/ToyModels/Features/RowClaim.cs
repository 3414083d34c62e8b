namespace ToyModels;

/// <summary>Whole blocks of generated rows that a reader has gone past, to be drawn later, in any order, by any thread.</summary>
/// <param name="sampler">Draws them.</param>
/// <param name="first">The first block.</param>
/// <param name="blocks">How many there are.</param>
internal readonly struct RowClaim(FeatureSampler sampler, long first, int blocks)
{
    /// <summary>Number of blocks.</summary>
    internal int Blocks => blocks;

    /// <summary>Rows of a block; 1 where nothing is claimed.</summary>
    internal int BlockRows => blocks == 0 ? 1 : sampler.BlockRows;

    /// <summary>Number of rows.</summary>
    internal int Rows => blocks * BlockRows;

    /// <summary>Draws neighbouring blocks: feature i of their row s goes to [i·stride + s].</summary>
    internal void Fill(int block, int count, Span<float> destination, int stride, FeatureLists? lists = null) =>
        sampler.FillBlocks(first + block, count, destination, stride, lists);
}
