using System.Collections.Immutable;
using SkiaSharp;

namespace ToyModels.Figures;

/// <summary>A matrix as coloured cells, row 0 on top: WᵀW as in Elhage et al. 2022, "Basic results".</summary>
public static class HeatMap
{
    /// <summary>Draws a matrix; cells are square.</summary>
    /// <param name="matrix">rows·columns finite values, row-major.</param>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <param name="columns">Number of columns, at least 1.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The size does not fit, or a value is not finite: the message names row and column.</exception>
    public static Figure Draw(ReadOnlySpan<float> matrix, int rows, int columns, HeatMapOptions? options = null)
    {
        options ??= new HeatMapOptions();
        var cells = Checked.Matrix(matrix, rows, columns, nameof(matrix));
        Checked.Names(options.RowNames, rows, nameof(options.RowNames), "one for each row");
        Checked.Names(options.ColumnNames, columns, nameof(options.ColumnNames), "one for each column");
        var rowNames = options.RowNames?.ToImmutableArray();
        var rowAxis = new FeaturePanels.Axis(true, options.RowLabel, rowNames);
        var columnAxis = new FeaturePanels.Axis(columns > 1 || options.ColumnNames is not null, options.ColumnLabel, options.ColumnNames?.ToImmutableArray());
        var left = 34 + (rowNames?.Max(n => Typeface.Width(n, Ink.TickSize)) ?? 22);
        var (limit, low, high) = (options.Limit, cells.Min(), cells.Max());
        return new Figure(
            options.Width,
            options.Height,
            options.Title,
            FormattableString.Invariant($"Heat map of {options.ValueLabel}: {rows} rows by {columns} columns, values from {low:0.###} to {high:0.###}."),
            [ScaleKey.Between(options.ValueLabel, ColorMap.Diverging, -limit, limit)],
            (canvas, place) =>
            {
                var room = new SKRect(place.Left + left, place.Top, place.Right - 4, place.Bottom - (columnAxis.Ticks ? 44 : 8));
                FeaturePanels.HeatMap(canvas, Cells(room, rows, columns), cells, rows, columns, ColorMap.Diverging, limit, rowAxis, columnAxis);
            });
    }

    /// <summary>The largest place of square cells on whole pixels, in the middle of the room; whole pixels a cell where that costs little.</summary>
    internal static SKRect Cells(SKRect room, int rows, int columns)
    {
        var cell = Math.Max(Math.Min(room.Width / columns, room.Height / rows), 0.01f);
        if (Math.Floor(cell) >= 0.85 * cell)
        {
            cell = MathF.Floor(cell);
        }

        var (width, height) = (Math.Max(MathF.Round(cell * columns), 1), Math.Max(MathF.Round(cell * rows), 1));
        return SKRect.Create(MathF.Round(room.MidX - (width / 2)), MathF.Round(room.Top), width, height);
    }
}
