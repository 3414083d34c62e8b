namespace ToyModels.ML;

/// <summary>A cursor that has the rows around its current one at hand, so that a model can take them together.</summary>
internal interface IRowBlocks
{
    /// <summary>Rows that a block has at most.</summary>
    int Capacity { get; }

    /// <summary>Rows of the current block, once <see cref="Enter"/> was called.</summary>
    int Count { get; }

    /// <summary>Fetches the block of the current row, unless that is done; refuses the current row where it has another size than its type says.</summary>
    /// <param name="row">Place of the current row in its block.</param>
    /// <returns>A number that no other block of this cursor has.</returns>
    long Enter(out int row);

    /// <summary>Refuses the current row where a value is not finite.</summary>
    void RequireFinite();

    /// <summary>h = Wx for the block's rows.</summary>
    void Encode(ToyModel model, Span<float> hidden);

    /// <summary>The features of the current row.</summary>
    void CopyCurrentTo(Span<float> features);
}
