using Microsoft.ML;

namespace ToyModels.ML;

/// <summary>A mapper that is faster on many rows than on one.</summary>
internal interface IReadsAhead
{
    /// <summary>A cursor over the same rows that fetches some ahead of those that it hands out, where the columns that are asked for allow it; else the cursor itself.</summary>
    DataViewRowCursor ReadAhead(DataViewRowCursor input, IEnumerable<DataViewSchema.Column> columns);
}
