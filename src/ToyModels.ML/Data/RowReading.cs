using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>The features of a row as they come out of a view, checked: the right number, and all of them finite.</summary>
internal sealed class RowReading(string column, int count, ImmutableArray<string> names)
{
    internal string Column => column;

    internal int Count => count;

    /// <summary>Refuses a row of another length, or one that holds NaN or infinity.</summary>
    internal void Require(in VBuffer<float> row, long position, string where = "")
    {
        if (row.Length != count)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"Row {position}{where} of column '{column}' has {row.Length} values, but the column's type says {count}. Its size must not change."));
        }

        var values = row.GetValues();
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                var slot = row.IsDense ? i : row.GetIndices()[i];
                var at = string.Create(CultureInfo.InvariantCulture, $"Row {position}{where} of column '{column}' holds {values[i]} in slot {slot} ({names[slot]})");
                throw new InvalidDataException($"{at}; features must be finite. Replace or filter missing values before the model.");
            }
        }
    }
}
