using System.Globalization;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>Intervenes in single rows: dense ones in place, sparse ones by merging. Serves one thread.</summary>
/// <param name="steps">What is done to which feature, features ascending.</param>
internal sealed class Intervening((int Feature, FeatureIntervention[] Interventions)[] steps)
{
    internal void Map(in VBuffer<float> row, ref VBuffer<float> destination)
    {
        if (row.IsDense)
        {
            MapDense(row, ref destination);
        }
        else
        {
            MapSparse(row, ref destination);
        }
    }

    private void MapDense(in VBuffer<float> row, ref VBuffer<float> destination)
    {
        var editor = VBufferEditor.Create(ref destination, row.Length);
        row.GetValues().CopyTo(editor.Values);
        for (var s = 0; s < steps.Length; s++)
        {
            ref var value = ref editor.Values[steps[s].Feature];
            value = Apply(s, value);
        }

        destination = editor.Commit();
    }

    private void MapSparse(in VBuffer<float> row, ref VBuffer<float> destination)
    {
        var indices = row.GetIndices();
        var values = row.GetValues();
        var editor = VBufferEditor.Create(ref destination, row.Length, Math.Min(row.Length, values.Length + steps.Length), requireIndicesOnDense: true);
        var (count, e) = (0, 0);
        for (var s = 0; s <= steps.Length; s++)
        {
            var feature = s < steps.Length ? steps[s].Feature : row.Length;
            for (; e < indices.Length && indices[e] < feature; e++)
            {
                Add(editor, ref count, indices[e], values[e]);
            }

            if (s < steps.Length)
            {
                var isPresent = e < indices.Length && indices[e] == feature;
                Add(editor, ref count, feature, Apply(s, isPresent ? values[e++] : 0));
            }
        }

        destination = editor.CommitTruncated(count);
    }

    private static void Add(VBufferEditor<float> editor, ref int count, int feature, float value)
    {
        if (value != 0)
        {
            editor.Indices[count] = feature;
            editor.Values[count++] = value;
        }
    }

    private float Apply(int step, float value)
    {
        var result = value;
        foreach (var intervention in steps[step].Interventions)
        {
            result = intervention.Apply(result);
        }

        return float.IsFinite(result)
            ? result
            : throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"Scaling feature {steps[step].Feature} of value {value} gives {result}; features must be finite. Use a smaller factor."));
    }
}
