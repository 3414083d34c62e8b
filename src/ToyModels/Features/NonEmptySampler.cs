using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>Draws the rows of a <see cref="NonEmptyLaw"/>, sixteen side by side, and their places in the block.</summary>
internal static unsafe class NonEmptySampler<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Draws rows that are not empty: feature i of row s goes to [i·stride + s]. Whole sixteens of rows are written.</summary>
    internal static void Fill(NonEmptyLaw law, RandomKey key, int rows, float* destination, nint stride)
    {
        fixed (NonEmptyLaw.Feature* features = law.Features.AsSpan())
        {
            for (var lane = 0; lane < Lanes.Count; lane += 2 * TSimd.Width)
            {
                if (law.HasOwnValues)
                {
                    Fill<On>(features, law.Features.Length, law.Shift, key, lane, rows, destination + lane, stride);
                }
                else
                {
                    Fill<Off>(features, law.Features.Length, law.Shift, key, lane, rows, destination + lane, stride);
                }
            }
        }
    }

    /// <summary>Chooses rows of a block, any choice as likely as any other (Bentley and Floyd 1987, "A sample of brilliance").</summary>
    /// <param name="key">Names the stream.</param>
    /// <param name="count">How many.</param>
    /// <param name="chosen">Receives 1 for each row that is chosen, 0 for the others; at most 1024 rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Choose(RandomKey key, int count, Span<byte> chosen)
    {
        var numbers = stackalloc int[Lanes.RoundUp(count)];
        var generators = stackalloc LaneGenerator<TSimd, TF, TI>[Lanes.Count / TSimd.Width];
        LaneGenerator<TSimd, TF, TI>.Start(key, generators);
        for (var s = 0; s < count; s += Lanes.Count)
        {
            for (var pass = 0; pass < Lanes.Count / TSimd.Width; pass++)
            {
                TSimd.Store(generators[pass].Next(), numbers + s + (pass * TSimd.Width));
            }
        }

        chosen.Clear();
        fixed (byte* rows = chosen)
        {
            Choose(numbers, count, rows, chosen.Length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Choose(int* numbers, nint count, byte* chosen, nint rows)
    {
        // One of the first rows, a row more each time; if that is taken, the last of them, which cannot be. Without a branch: who could tell.
        var last = rows - count;
        for (nint s = 0; s < count; s++, last++)
        {
            var row = (nint)((numbers[s] * (last + 1L)) >> 31);
            row += (last - row) & -(nint)chosen[row];
            chosen[row] = 1;
        }
    }

    /// <summary>Two vectors of rows side by side, where there are two: one generator alone would wait for its own next state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Fill<TOwnValues>(
        NonEmptyLaw.Feature* features, nint count, float shiftOfValues, RandomKey key, int lane, nint rows, float* destination, nint stride)
        where TOwnValues : struct, ISwitch
    {
        var first = LaneGenerator<TSimd, TF, TI>.Create(key, lane);
        var second = TSimd.Width < Lanes.Count ? LaneGenerator<TSimd, TF, TI>.Create(key, lane + TSimd.Width) : default;
        var shift = TSimd.Splat(shiftOfValues);
        for (nint s = 0; s < rows; s += Lanes.Count)
        {
            // Rows that have nothing so far.
            TI firstEmpty = TSimd.Splat(-1), secondEmpty = firstEmpty;
            var to = destination + s;
            var feature = features;
            for (nint i = 0; i < count; i++, to += stride, feature++)
            {
                TSimd.Store(Draw<TOwnValues>(ref first, feature, shift, ref firstEmpty), to);
                if (TSimd.Width < Lanes.Count)
                {
                    TSimd.Store(Draw<TOwnValues>(ref second, feature, shift, ref secondEmpty), to + TSimd.Width);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TF Draw<TOwnValues>(ref LaneGenerator<TSimd, TF, TI> generator, NonEmptyLaw.Feature* feature, TF shift, ref TI empty)
        where TOwnValues : struct, ISwitch
    {
        var u = generator.Next();
        var absent = TSimd.Exceeds(u, TSimd.Xor(TSimd.Splat(feature->LastAfter), TSimd.And(TSimd.Splat(feature->LastFirst), empty)));
        var scale = TSimd.FromBits(TSimd.Xor(TSimd.Splat(feature->ScaleAfter), TSimd.And(TSimd.Splat(feature->ScaleFirst), empty)));
        empty = TSimd.And(empty, absent);
        return TSimd.Except(absent, TSimd.MultiplyAdd(TSimd.ToSingle(TOwnValues.IsOn ? generator.Next() : u), scale, shift));
    }
}
