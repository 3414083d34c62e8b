using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

/// <summary>Passes a view on and counts what is asked of it. Cannot shuffle, and does not know its row count, if told so.</summary>
internal sealed class CountingView(IDataView view, bool canShuffle = true, bool knowsRowCount = true) : IDataView
{
    public IReadOnlyList<string> Asked { get; private set; } = [];

    public int Fetched { get; private set; }

    public int Cursors { get; private set; }

    public bool CanShuffle => canShuffle && view.CanShuffle;

    public DataViewSchema Schema => view.Schema;

    public long? GetRowCount() => knowsRowCount ? view.GetRowCount() : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        Asked = [.. columns.Select(c => c.Name)];
        Cursors++;
        return new Cursor(this, view.GetRowCursor(columns, canShuffle ? rand : null));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(CountingView owner, DataViewRowCursor input) : DataViewRowCursor
    {
        public override DataViewSchema Schema => input.Schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) => input.IsColumnActive(column);

        public override bool MoveNext() => input.MoveNext();

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            var getter = input.GetGetter<TValue>(column);
            return (ref TValue value) =>
            {
                owner.Fetched++;
                getter(ref value);
            };
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                input.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
