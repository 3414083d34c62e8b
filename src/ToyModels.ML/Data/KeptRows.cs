namespace ToyModels.ML;

/// <summary>
/// The rows of a small view, kept by the first reader that goes through all of them, so that later passes, other restarts and the evaluation
/// need no cursor. A view is repeatable, so nothing but time depends on whether rows were kept.
/// </summary>
internal sealed class KeptRows
{
    /// <summary>Memory that rows may take; the rows of a larger view are read through a cursor in every pass.</summary>
    private const long MostBytes = 64 << 20;

    private volatile IReadOnlyList<RowBlock>? _blocks;
    private int _isClaimed;

    /// <summary>All rows; null as long as they are not kept.</summary>
    internal IReadOnlyList<RowBlock>? Blocks => _blocks;

    /// <summary>The place where a reader at the first row puts what it reads; null where another does so already, or rows are too many.</summary>
    internal Pass? Begin() => Interlocked.Exchange(ref _isClaimed, 1) == 0 ? new Pass(this) : null;

    /// <summary>What one reader has kept so far.</summary>
    internal sealed class Pass(KeptRows owner)
    {
        private List<RowBlock>? _blocks = [];
        private long _bytes;

        internal void Add(RowBlock block)
        {
            if (_blocks is null)
            {
                return;
            }

            _bytes += block.Bytes;
            if (_bytes > MostBytes)
            {
                _blocks = null;
                return;
            }

            _blocks.Add(block.Copy());
        }

        /// <summary>The reader has seen the last row.</summary>
        internal void Complete() => owner._blocks = _blocks;

        /// <summary>The reader goes without having seen the last row; another may try, unless rows are too many.</summary>
        internal void Abandon() => Volatile.Write(ref owner._isClaimed, _blocks is null ? 1 : 0);
    }
}
