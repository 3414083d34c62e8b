namespace ToyModels;

/// <summary>The rows of one block that are not empty, before they are drawn.</summary>
/// <param name="Block">The block.</param>
/// <param name="Key">Names its stream.</param>
/// <param name="Rows">How many there are.</param>
internal readonly record struct NonEmptyDraw(long Block, RandomKey Key, int Rows);
