using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>Draws the rows of a <see cref="LengthLaw"/>, sixteen of one length side by side.</summary>
internal static unsafe class LengthSampler<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Draws rows that are not empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Fill(LengthLaw law, RandomKey key, int kept, LengthBlock destination)
    {
        var generators = stackalloc LaneGenerator<TSimd, TF, TI>[Lanes.Count / TSimd.Width];
        LaneGenerator<TSimd, TF, TI>.Start(key, generators);

        destination.Begin(kept);
        fixed (int* numbers = destination.Numbers)
        {
            DrawNumbers(generators, kept, numbers);
            var left = kept;
            for (var length = 1; left > 0; length++)
            {
                var longer = length > law.LastOfLength.Length ? 0 : CountAbove(numbers, kept, law.LastOfLength[length - 1]);
                destination.Add(left - longer);
                left = longer;
            }
        }

        var chosen = stackalloc float[destination.Longest * Lanes.Count];
        fixed (int* offsets = destination.Offsets)
        fixed (float* values = destination.Values, choice = law.Choice.AsSpan())
        {
            for (var length = 1; length <= destination.Longest; length++)
            {
                var start = destination.Start(length);
                Draw(generators, law.Value.Scale, law.Shift, choice, destination.Rows(length), length, chosen, offsets + start, values + start, destination.Step(length));
            }
        }
    }

    /// <summary>A number for each row, and −1 up to the next whole sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void DrawNumbers(LaneGenerator<TSimd, TF, TI>* generators, int count, int* numbers)
    {
        for (var pass = 0; pass < Lanes.Count / TSimd.Width; pass++)
        {
            var generator = generators[pass];
            for (var s = 0; s < count; s += Lanes.Count)
            {
                TSimd.Store(generator.Next(), numbers + s + (pass * TSimd.Width));
            }

            generators[pass] = generator;
        }

        new Span<int>(numbers + count, Lanes.RoundUp(count) - count).Fill(-1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int CountAbove(int* numbers, int count, int limit)
    {
        TI limits = TSimd.Splat(limit), sum = default;
        for (var s = 0; s < count; s += TSimd.Width)
        {
            // A mask is −1.
            sum = TSimd.Subtract(sum, TSimd.Greater(TSimd.Load(numbers + s), limits));
        }

        // Counts so small are exact in single precision.
        return (int)TSimd.Sum(TSimd.ToSingle(sum), default, default, default);
    }

    /// <summary>The lengths that numbers stand for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void TakeLengths(LengthLaw law, ReadOnlySpan<int> numbers, int count, Span<int> lengths)
    {
        fixed (int* from = numbers, to = lengths, last = law.LastOfLength.AsSpan())
        {
            for (var s = 0; s < count; s += TSimd.Width)
            {
                TI number = TSimd.Load(from + s), length = TSimd.Splat(1);
                for (var i = 0; i < law.LastOfLength.Length; i++)
                {
                    // A mask is −1.
                    length = TSimd.Subtract(length, TSimd.Greater(number, TSimd.Splat(last[i])));
                }

                TSimd.Store(length, to + s);
            }
        }
    }

    /// <summary>Rows of one length: two vectors of them side by side, where there are two, for one generator alone would wait for its own next state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Draw(
        LaneGenerator<TSimd, TF, TI>* generators, float scaleOfValues, float shiftOfValues, float* choice,
        nint rows, nint length, float* chosen, int* offsets, float* values, nint stride)
    {
        var scale = TSimd.Splat(scaleOfValues);
        var shift = TSimd.Splat(shiftOfValues);
        var step = TSimd.Splat((float)Lanes.Count);
        for (var pass = 0; pass < Lanes.Count / TSimd.Width; pass += 2)
        {
            var first = generators[pass];
            var second = TSimd.Width < Lanes.Count ? generators[pass + 1] : default;
            for (nint group = 0; group < rows; group += Lanes.Count)
            {
                for (nint e = 0; e < length; e++)
                {
                    var among = TSimd.Splat(choice[e]);
                    Insert(TSimd.Floor(TSimd.Multiply(TSimd.ToSingle(first.Next()), among)), chosen, e);
                    if (TSimd.Width < Lanes.Count)
                    {
                        Insert(TSimd.Floor(TSimd.Multiply(TSimd.ToSingle(second.Next()), among)), chosen + TSimd.Width, e);
                    }
                }

                var to = group + (pass * TSimd.Width);
                for (nint e = 0; e < length; e++, to += stride)
                {
                    TSimd.Store(TSimd.ToInt32(TSimd.Multiply(TSimd.Load(chosen + (e * Lanes.Count)), step)), offsets + to);
                    TSimd.Store(TSimd.MultiplyAdd(TSimd.ToSingle(first.Next()), scale, shift), values + to);
                    if (TSimd.Width < Lanes.Count)
                    {
                        TSimd.Store(TSimd.ToInt32(TSimd.Multiply(TSimd.Load(chosen + (e * Lanes.Count) + TSimd.Width), step)), offsets + to + TSimd.Width);
                        TSimd.Store(TSimd.MultiplyAdd(TSimd.ToSingle(second.Next()), scale, shift), values + to + TSimd.Width);
                    }
                }
            }

            generators[pass] = first;
            if (TSimd.Width < Lanes.Count)
            {
                generators[pass + 1] = second;
            }
        }
    }

    /// <summary>The feature of rank <paramref name="rank"/> among those that are not chosen yet takes its place among those that are, which ascend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Insert(TF rank, float* chosen, nint count)
    {
        for (nint e = 0; e < count; e++, chosen += Lanes.Count)
        {
            // Each one that is not larger moves it on by one; a larger one gives way to it, and from then on is what is carried. Their bits order as they do.
            var other = TSimd.Load(chosen);
            var isLarger = TSimd.Greater(TSimd.Bits(other), TSimd.Bits(rank));
            TSimd.Store(TSimd.Min(other, rank), chosen);
            rank = TSimd.Add(TSimd.Max(other, rank), TSimd.Except(isLarger, TSimd.Splat(1f)));
        }

        TSimd.Store(rank, chosen);
    }
}
