namespace ToyModels.Figures;

/// <summary>The one place that words refused figure data: what is wrong, where, the value, what is allowed.</summary>
internal static class Checked
{
    internal static float[] Matrix(ReadOnlySpan<float> values, int rows, int columns, string name)
    {
        AtLeastOne(rows, nameof(rows));
        AtLeastOne(columns, nameof(columns));
        Length(values.Length, checked((long)rows * columns), name, $"{rows} rows times {columns} columns");
        for (var e = 0; e < values.Length; e++)
        {
            if (!float.IsFinite(values[e]))
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"{name} is {values[e]} at row {e / columns}, column {e % columns}; a figure is drawn from finite numbers only."), name);
            }
        }

        return values.ToArray();
    }

    /// <summary>One finite number for each feature, not negative where <paramref name="signed"/> is false.</summary>
    internal static float[] PerFeature(ReadOnlySpan<float> values, int count, string name, bool signed)
    {
        Length(values.Length, count, name, "one for each feature");
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]) || (!signed && values[i] < 0))
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"{name} is {values[i]} at feature {i}; it must be finite{(signed ? "" : " and not negative")}."), name);
            }
        }

        return values.ToArray();
    }

    internal static void Length(int actual, long expected, string name, string meaning)
    {
        if (actual != expected)
        {
            throw new ArgumentException(FormattableString.Invariant($"{name} has {actual} elements, but must have {expected}: {meaning}."), name);
        }
    }

    internal static void Names(IReadOnlyList<string>? names, int count, string name, string meaning)
    {
        if (names is not null)
        {
            Length(names.Count, count, name, meaning);
        }
    }

    internal static float Positive(float value, string name) =>
        value > 0 && float.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive and finite.");

    internal static int Pixels(int value, string name) =>
        value is >= 60 and <= 16384 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must lie in [60, 16384] pixels.");

    internal static int AtLeastOne(int value, string name) =>
        value >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 1.");
}
