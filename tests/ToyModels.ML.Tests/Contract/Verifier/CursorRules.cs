using Microsoft.ML;
using Microsoft.ML.Data;

namespace EstimatorContracts;

/// <summary>Rows can be read again, in part, side by side, in shares and shuffled.</summary>
internal static class CursorRules
{
    internal const string Repeat = "A view gives the same rows, with the same ids, each time it is read";
    internal const string Count = "GetRowCount tells null or the number of rows";
    internal const string Positions = "A cursor's position is -1 before the first row, counts rows from 0, and is -1 past the end";
    internal const string End = "MoveNext keeps to false once it has told the end";
    internal const string NoValueWithoutRow = "Ids are refused with InvalidOperationException before the first row";
    internal const string Ids = "Every row has an id of its own";
    internal const string Asked = "Columns that are asked for are active";
    internal const string InPart = "A column has the same values whichever others are read";
    internal const string Inactive = "A getter of a column that is not active is refused";
    internal const string Strange = "A getter of another type than the column's is refused with InvalidOperationException";
    internal const string SideBySide = "Cursors do not disturb each other";
    internal const string Shares = "Several cursors together give the rows of one, in its order by batch";
    internal const string Shuffled = "Shuffling changes the order of rows, never a row or its id; a view that cannot shuffle keeps its order";

    internal static void Verify(IDataView view)
    {
        var columns = view.Schema.ToArray();
        var rows = Table.Read(view, columns);
        Rule.Same(rows.Lines(), Table.Read(view, columns).Lines(), Repeat);
        Rule.Require(view.GetRowCount() is not { } count || count == rows.Length, Count, $"It tells {view.GetRowCount()}; there are {rows.Length} rows.");
        Rule.Require(rows.DistinctBy(r => r.Id).Count() == rows.Length, Ids, $"{rows.Length} rows have {rows.DistinctBy(r => r.Id).Count()} ids.");
        VerifyWalk(view, rows.Length);
        VerifySideBySide(view, columns, rows);
        VerifyColumns(view);
        VerifyShares(view, columns, rows);
        VerifyShuffling(view, columns, rows);
    }

    private static void VerifyWalk(IDataView view, int rows)
    {
        foreach (var columns in new IReadOnlyList<DataViewSchema.Column>[] { view.Schema, [] })
        {
            using var cursor = view.GetRowCursor(columns);
            var getId = cursor.GetIdGetter();
            DataViewRowId id = default;
            Rule.Require(cursor.Position == -1, Positions, $"Before the first row it is {cursor.Position}.");
            Rule.Throws(() => getId(ref id), NoValueWithoutRow, typeof(InvalidOperationException));
            for (var row = 0; row < rows; row++)
            {
                Rule.Require(cursor.MoveNext(), Count, $"The cursor over {columns.Count} columns ends after {row} of {rows} rows.");
                Rule.Require(cursor.Position == row, Positions, $"At row {row} it is {cursor.Position}.");
            }

            for (var beyond = 0; beyond < 3; beyond++)
            {
                Rule.Require(!cursor.MoveNext(), End, $"Call {beyond + 1} past the last of {rows} rows tells true.");
                Rule.Require(cursor.Position == -1, Positions, $"Past the end it is {cursor.Position}.");
            }
        }
    }

    private static void VerifySideBySide(IDataView view, DataViewSchema.Column[] columns, Table.Row[] rows)
    {
        using var first = view.GetRowCursor(columns);
        using var second = view.GetRowCursor(columns);
        using var ahead = Table.Read(first, columns).GetEnumerator();
        using var behind = Table.Read(second, columns).GetEnumerator();
        var (read, late) = (new List<Table.Row>(), new List<Table.Row>());
        for (var row = 0; ahead.MoveNext(); row++)
        {
            read.Add(ahead.Current);
            if (row > 0 && behind.MoveNext())
            {
                late.Add(behind.Current);
            }
        }

        Rule.Same(rows.Lines(), read.Lines(), SideBySide);
        Rule.Same(rows.SkipLast(1).Lines(), late.Lines(), SideBySide);
    }

    private static void VerifyColumns(IDataView view)
    {
        foreach (var column in view.Schema)
        {
            using (var all = view.GetRowCursor(view.Schema))
            using (var alone = view.GetRowCursor([column]))
            {
                Rule.Require(alone.IsColumnActive(column), Asked, $"Column '{column.Name}' is not.");
                Rule.Throws(() => Value.AskForAnotherType(alone, column), Strange, typeof(InvalidOperationException));
                var (together, single) = (Value.Reader(all, column), Value.Reader(alone, column));
                for (var row = 0; all.MoveNext() && alone.MoveNext(); row++)
                {
                    var (expected, found) = (together(), single());
                    Rule.Require(expected == found, InPart, $"Column '{column.Name}', row {row}: together {expected}, alone {found}.");
                }
            }

            using var cursor = view.GetRowCursor(view.Schema.Where(c => c.Index != column.Index));
            if (!cursor.IsColumnActive(column))
            {
                Rule.Throws(() => Value.Reader(cursor, column), $"{Inactive} ('{column.Name}')", typeof(ArgumentException), typeof(InvalidOperationException));
            }
        }
    }

    private static void VerifyShares(IDataView view, DataViewSchema.Column[] columns, Table.Row[] rows)
    {
        foreach (var wanted in new[] { 1, 2, 3, 8 })
        {
            var shares = view.GetRowCursorSet(columns, wanted);
            try
            {
                Rule.Require(shares.Length is var given && given >= 1 && given <= wanted, Shares, $"{shares.Length} cursors came where {wanted} were asked for.");
                var read = shares.SelectMany(c => Table.Read(c, columns)).OrderBy(r => r.Batch);
                Rule.Same(rows.Lines(), read.Lines(), Shares);
            }
            finally
            {
                Array.ForEach(shares, c => c.Dispose());
            }
        }
    }

    private static void VerifyShuffling(IDataView view, DataViewSchema.Column[] columns, Table.Row[] rows)
    {
        var shuffled = Table.Read(view, columns, seed: 1);
        Rule.Same(shuffled.Lines(), Table.Read(view, columns, seed: 1).Lines(), Shuffled);
        Rule.Same(InOrder(rows), InOrder(shuffled), Shuffled);
        if (!view.CanShuffle)
        {
            Rule.Same(rows.Lines(), shuffled.Lines(), Shuffled);
        }

        string[] InOrder(Table.Row[] read) => view.CanShuffle ? [.. read.Lines().Order(StringComparer.Ordinal)] : read.Lines();
    }
}
