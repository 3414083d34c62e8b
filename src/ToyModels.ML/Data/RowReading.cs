using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.Intrinsics;
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
        if (AreFinite(values))
        {
            return;
        }

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

    /// <summary>Whether all are: 0·x is 0 for a finite x and NaN for any other, and a sum keeps NaN.</summary>
    private static bool AreFinite(ReadOnlySpan<float> values)
    {
        var i = 0;
        var sums = Vector256<float>.Zero;
        for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            sums += Vector256.Create(values[i..]) * Vector256<float>.Zero;
        }

        var sum = Vector256.Sum(sums);
        for (; i < values.Length; i++)
        {
            sum += values[i] * 0;
        }

        return sum == 0;
    }
}
