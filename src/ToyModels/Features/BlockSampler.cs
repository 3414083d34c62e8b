using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>Draws blocks of rows of one distribution, in the one way that suits it: <see cref="NonEmptyLaw"/> where there is one, else run by run of equal densities.</summary>
internal abstract unsafe class BlockSampler
{
    private readonly NonEmptyLaw? _law;
    private readonly int _rows;

    private BlockSampler(FeatureDistribution distribution, int rows)
    {
        _law = NonEmptyLaw.Of(distribution, rows);
        _rows = rows;
        Runs = DensityRun.Of(distribution);
        IsListed = _law is null && Runs.All(run => !run.IsDense);
    }

    /// <summary>Whether blocks are drawn by their non-zeros: <see cref="List"/> then does it.</summary>
    internal bool IsListed { get; }

    /// <summary>Whether rows are drawn under the condition that they are not empty: <see cref="FillNonEmpty"/> and <see cref="Choose"/> then do it.</summary>
    internal bool LeavesEmptyRowsOut => _law is not null;

    private ImmutableArray<DensityRun> Runs { get; }

    /// <summary>The sampler for the vectors of this processor.</summary>
    /// <param name="distribution">What is drawn.</param>
    /// <param name="rows">Rows of a block, a power of two from 16 to 1024.</param>
    internal static BlockSampler Create(FeatureDistribution distribution, int rows) =>
        Vector512.IsHardwareAccelerated ? new Of<Simd512, Vector512<float>, Vector512<int>>(distribution, rows)
        : Vector256.IsHardwareAccelerated ? new Of<Simd256, Vector256<float>, Vector256<int>>(distribution, rows)
        : new Of<Simd128, Vector128<float>, Vector128<int>>(distribution, rows);

    /// <summary>Draws one block: feature i of row s goes to [i·stride + s].</summary>
    internal void Fill(RandomKey key, float* destination, int features, nint stride)
    {
        if (_law is null)
        {
            DrawRuns(key, destination, stride);
            return;
        }

        var kept = FillNonEmpty(key, destination, stride);
        Span<byte> places = stackalloc byte[_rows];
        Choose(key, kept, places);
        fixed (byte* chosen = places)
        {
            for (var i = 0; i < features; i++)
            {
                Spread(destination + (i * stride), kept, chosen, _rows);
            }
        }
    }

    /// <summary>Moves the first numbers of a stretch to the places chosen, and zeros to the others: from the last on, so that none is overwritten before it has moved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Spread(float* numbers, nint left, byte* chosen, nint places)
    {
        var bits = (int*)numbers;
        for (var place = places - 1; place >= 0; place--)
        {
            // Without a branch. Where nothing is left this reads the number that it then writes zero to.
            nint isChosen = chosen[place];
            left -= isChosen;
            bits[place] = bits[left] & -(int)isChosen;
        }
    }

    /// <summary>The rows of a block that are not empty, one after the other: feature i of the s-th goes to [i·stride + s]. Whole sixteens of rows are written.</summary>
    /// <returns>How many they are.</returns>
    internal int FillNonEmpty(RandomKey key, float* destination, nint stride)
    {
        // The lanes hash the whole key, so that its bits are free to be a number of their own.
        var kept = _law!.Count.Of(key.High);
        DrawNonEmpty(_law, key, kept, destination, stride);
        return kept;
    }

    /// <summary>The places of those rows in the block.</summary>
    /// <param name="key">The block's.</param>
    /// <param name="kept">How many rows there are.</param>
    /// <param name="places">Receives 1 for each row of the block that is one of them, 0 for the others.</param>
    internal void Choose(RandomKey key, int kept, Span<byte> places) => DrawPlaces(key.Derive(0), kept, places);

    /// <summary>Lists the non-zeros of one block, row after row.</summary>
    internal abstract void List(RandomKey key, SparseBlock destination);

    protected abstract void DrawRuns(RandomKey key, float* destination, nint stride);

    protected abstract void DrawNonEmpty(NonEmptyLaw law, RandomKey key, int rows, float* destination, nint stride);

    protected abstract void DrawPlaces(RandomKey key, int kept, Span<byte> places);

    /// <summary>On one kind of vector; the bits are the same on all.</summary>
    internal sealed class Of<TSimd, TF, TI>(FeatureDistribution distribution, int rows) : BlockSampler(distribution, rows)
        where TSimd : struct, ISimd<TF, TI>
        where TF : unmanaged
        where TI : unmanaged
    {
        internal override void List(RandomKey key, SparseBlock destination) =>
            RunSampler<TSimd, TF, TI>.List(Runs.AsSpan(), key, _rows, destination);

        protected override void DrawRuns(RandomKey key, float* destination, nint stride) =>
            RunSampler<TSimd, TF, TI>.Fill(Runs.AsSpan(), key, destination, _rows, stride);

        protected override void DrawNonEmpty(NonEmptyLaw law, RandomKey key, int rows, float* destination, nint stride) =>
            NonEmptySampler<TSimd, TF, TI>.Fill(law, key, rows, destination, stride);

        protected override void DrawPlaces(RandomKey key, int kept, Span<byte> places) =>
            NonEmptySampler<TSimd, TF, TI>.Choose(key, kept, places);
    }
}
