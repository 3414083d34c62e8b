using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>Rows as a mapper gives them; row count, order, shuffling and ids are those of the rows that go in.</summary>
internal sealed class MappedView(IDataView input, IRowToRowMapper mapper) : IDataView
{
    public bool CanShuffle => input.CanShuffle;

    public DataViewSchema Schema => mapper.OutputSchema;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return Bound(input.GetRowCursor(mapper.GetDependencies(columns), rand), columns);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return [.. input.GetRowCursorSet(mapper.GetDependencies(columns), n, rand).Select(c => Bound(c, columns))];
    }

    /// <summary>Rows of a view that does not know their number may come from elsewhere while they are read; nobody is kept waiting for more than was asked for.</summary>
    private Cursor Bound(DataViewRowCursor cursor, DataViewSchema.Column[] columns) =>
        new(mapper, mapper is IReadsAhead ahead && input.GetRowCount() is not null ? ahead.ReadAhead(cursor, columns) : cursor, columns);

    private sealed class Cursor(IRowToRowMapper mapper, DataViewRowCursor input, DataViewSchema.Column[] columns) : DataViewRowCursor
    {
        private readonly DataViewRow _row = mapper.GetRow(input, columns);

        public override DataViewSchema Schema => mapper.OutputSchema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) => _row.IsColumnActive(column);

        public override bool MoveNext() => input.MoveNext();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _row.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _row.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
