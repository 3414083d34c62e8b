using Microsoft.ML;

namespace ToyModels.ML;

/// <summary>
/// A cursor that has the rows around its current one at hand, so that a model can take them together: a stretch of a block at a time, so that what
/// becomes of the rows is still in the first-level cache when they are handed out.
/// </summary>
internal abstract class BlockCursor : DataViewRowCursor
{
    /// <summary>Rows of a stretch; the last one of a block may have fewer.</summary>
    internal const int StretchRows = 16;

    /// <summary>Rows that a block has at most.</summary>
    internal abstract int Capacity { get; }

    /// <summary>Rows of the current block, once <see cref="Enter"/> was called.</summary>
    internal int Count { get; private protected set; }

    /// <summary>A number that no other block of this cursor has, once <see cref="Enter"/> was called; from 0.</summary>
    internal long Block { get; private protected set; } = -1;

    /// <summary>Place of the current row in its block; −1 where <see cref="Enter"/> must be called first.</summary>
    internal int Row { get; private protected set; } = -1;

    /// <summary>Fetches the block of the current row, unless that is done; refuses the current row where it has another size than its type says.</summary>
    internal abstract void Enter();

    /// <summary>Refuses the current row where a value is not finite.</summary>
    internal abstract void RequireFinite();

    /// <summary>h = Wx for rows of the block.</summary>
    /// <param name="model">The model.</param>
    /// <param name="first">Place of the first row, a multiple of <see cref="StretchRows"/>.</param>
    /// <param name="rows">Their number, at most <see cref="StretchRows"/>.</param>
    /// <param name="hidden">Receives as many rows of m values.</param>
    internal abstract void Encode(ToyModel model, int first, int rows, Span<float> hidden);

    /// <summary>The features of the current row.</summary>
    internal abstract void CopyCurrentTo(Span<float> features);
}
