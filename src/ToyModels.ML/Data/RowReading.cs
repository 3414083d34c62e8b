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

    private static bool AreFinite(ReadOnlySpan<float> values)
    {
        // The exponent of NaN and of infinity is all ones; nothing else has it so.
        var exponent = Vector256.Create(0x7F800000);
        var found = Vector256<int>.Zero;
        var i = 0;
        for (; i <= values.Length - Vector256<int>.Count; i += Vector256<int>.Count)
        {
            found |= Vector256.Equals(Vector256.Create(values[i..]).AsInt32() & exponent, exponent);
        }

        var areFinite = found == Vector256<int>.Zero;
        for (; i < values.Length; i++)
        {
            areFinite &= float.IsFinite(values[i]);
        }

        return areFinite;
    }
}
