using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>
/// Draws blocks of rows of one distribution, in the one way that suits it: by <see cref="NonEmptyLaw"/> or <see cref="LengthLaw"/> where there is one, else run by
/// run of equal densities.
/// </summary>
internal abstract unsafe class BlockSampler
{
    // On its way to where it is asked for row by row.
    [ThreadStatic]
    private static LengthBlock? _drawn;

    private readonly int _features;
    private readonly int _rows;
    private readonly NonEmptyLaw? _nonEmpty;

    // Every element is drawn.
    private readonly bool _isWhole;

    private BlockSampler(FeatureDistribution distribution, int rows)
    {
        _features = distribution.Count;
        _rows = rows;
        _nonEmpty = NonEmptyLaw.Of(distribution, rows);
        Lengths = LengthLaw.Of(distribution, rows);
        Runs = DensityRun.Of(distribution);
        IsListed = _nonEmpty is null && Runs.All(run => !run.IsDense);
        _isWhole = _nonEmpty is null && Lengths is null && Runs.All(run => run.IsDense);
    }

    /// <summary>Whether blocks are drawn by their non-zeros: <see cref="List"/> and <see cref="FillRows"/> then do it.</summary>
    internal bool IsListed { get; }

    /// <summary>Whether rows are drawn whole, under the condition that they are not empty: <see cref="FillNonEmpty"/> then does it.</summary>
    internal bool LeavesEmptyRowsOut => _nonEmpty is not null;

    /// <summary>The law of rows that are drawn length by length: <see cref="FillLengths"/> then does it; else null.</summary>
    internal LengthLaw? Lengths { get; }

    /// <summary>Whether these vectors list non-zeros while they are drawn.</summary>
    protected abstract bool ListsOnTheWay { get; }

    private ImmutableArray<DensityRun> Runs { get; }

    /// <summary>The sampler for the vectors of this processor.</summary>
    /// <param name="distribution">What is drawn.</param>
    /// <param name="rows">Rows of a block, a power of two from 16 to 1024.</param>
    internal static BlockSampler Create(FeatureDistribution distribution, int rows) =>
        Vector512.IsHardwareAccelerated ? new Of<Simd512, Vector512<float>, Vector512<int>>(distribution, rows)
        : Vector256.IsHardwareAccelerated ? new Of<Simd256, Vector256<float>, Vector256<int>>(distribution, rows)
        : new Of<Simd128, Vector128<float>, Vector128<int>>(distribution, rows);

    /// <summary>Draws blocks, the rows of each behind those of the one before.</summary>
    /// <param name="keys">Theirs.</param>
    /// <param name="destination">Receives feature i of row s at [i·stride + s].</param>
    /// <param name="stride">Distance between features.</param>
    /// <param name="lists">Where given, receives their non-zeros too.</param>
    internal void Fill(ReadOnlySpan<RandomKey> keys, float* destination, nint stride, FeatureLists? lists)
    {
        if (lists is not null && _isWhole && ListsOnTheWay)
        {
            RunSampler.FillAndList(Runs.AsSpan(), keys, destination, _rows, stride, lists);
            return;
        }

        var block = 0;
        for (; _isWhole && block + 2 <= keys.Length; block += 2)
        {
            DrawRunsOfTwo(keys[block], keys[block + 1], destination + (block * _rows), stride);
        }

        for (; block < keys.Length; block++)
        {
            Fill(keys[block], destination + (block * _rows), stride);
        }

        if (lists is not null)
        {
            TakeLists(new(destination, stride), keys.Length * _rows, lists);
        }
    }

    /// <summary>How many rows of a block are not empty, where they are drawn by <see cref="FillNonEmpty"/>.</summary>
    internal int CountNonEmpty(RandomKey key) =>
        // The lanes hash the whole key, so that its bits are free to be a number of their own.
        _nonEmpty!.Count.Of(key.High);

    /// <summary>Those rows, one after the other: feature i of the s-th goes to [i·stride + s]. Whole sixteens of rows are written.</summary>
    internal void FillNonEmpty(RandomKey key, int rows, float* destination, nint stride) => DrawNonEmpty(_nonEmpty!, key, rows, destination, stride);

    /// <summary>The rows of a block that are not empty, length by length.</summary>
    internal void FillLengths(RandomKey key, LengthBlock destination) => DrawLengths(Lengths!, key, Lengths!.Count.Of(key.High), destination);

    /// <summary>The places in the block of the rows that were drawn length by length, and their lengths.</summary>
    internal void Locate(RandomKey key, LengthBlock block)
    {
        block.BeginPlaces(_rows);
        Choose(key, block.Kept, block.Places);
        TakeLengths(Lengths!, block);
    }

    /// <summary>The places in the block of the rows that are not empty.</summary>
    /// <param name="key">The block's.</param>
    /// <param name="kept">How many rows there are.</param>
    /// <param name="places">Receives 1 for each row of the block that is one of them, 0 for the others.</param>
    internal void Choose(RandomKey key, int kept, Span<byte> places) => DrawPlaces(key.Derive(0), kept, places);

    /// <summary>Draws one block by its non-zeros: feature i of row s goes to [s·n + i].</summary>
    internal void FillRows(RandomKey key, float* destination)
    {
        new Span<float>(destination, _rows * _features).Clear();
        if (Lengths is not null)
        {
            DrawAndLocate(key).CopyTo(destination, 1, _features);
        }
        else
        {
            DrawRowsOfRuns(key, destination);
        }
    }

    /// <summary>Lists the non-zeros of one block, row after row.</summary>
    internal void List(RandomKey key, SparseBlock destination)
    {
        if (Lengths is null)
        {
            ListRuns(key, destination);
            return;
        }

        DrawAndLocate(key).CopyTo(destination);
    }

    /// <summary>Draws one block: feature i of row s goes to [i·stride + s].</summary>
    private void Fill(RandomKey key, float* destination, nint stride)
    {
        if (LeavesEmptyRowsOut)
        {
            var kept = CountNonEmpty(key);
            FillNonEmpty(key, kept, destination, stride);
            Span<byte> places = stackalloc byte[_rows];
            Choose(key, kept, places);
            fixed (byte* chosen = places)
            {
                for (var i = 0; i < _features; i++)
                {
                    Spread(destination + (i * stride), kept, chosen, _rows);
                }
            }
        }
        else if (Lengths is not null)
        {
            for (var i = 0; i < _features; i++)
            {
                new Span<float>(destination + (i * stride), _rows).Clear();
            }

            DrawAndLocate(key).CopyTo(destination, stride, 1);
        }
        else
        {
            DrawRuns(key, destination, stride);
        }
    }

    private LengthBlock DrawAndLocate(RandomKey key)
    {
        _drawn ??= new LengthBlock();
        FillLengths(key, _drawn);
        Locate(key, _drawn);
        return _drawn;
    }

    protected abstract void DrawRuns(RandomKey key, float* destination, nint stride);

    protected abstract void DrawRunsOfTwo(RandomKey key, RandomKey second, float* destination, nint stride);

    protected abstract void DrawRowsOfRuns(RandomKey key, float* zeros);

    protected abstract void ListRuns(RandomKey key, SparseBlock destination);

    protected abstract void DrawNonEmpty(NonEmptyLaw law, RandomKey key, int rows, float* destination, nint stride);

    protected abstract void DrawLengths(LengthLaw law, RandomKey key, int rows, LengthBlock destination);

    protected abstract void TakeLengths(LengthLaw law, LengthBlock block);

    protected abstract void TakeLists(SampleMatrix x, int rows, FeatureLists lists);

    protected abstract void DrawPlaces(RandomKey key, int kept, Span<byte> places);

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

    /// <summary>On one kind of vector; the bits are the same on all.</summary>
    internal sealed class Of<TSimd, TF, TI>(FeatureDistribution distribution, int rows) : BlockSampler(distribution, rows)
        where TSimd : struct, ISimd<TF, TI>
        where TF : unmanaged
        where TI : unmanaged
    {
        protected override bool ListsOnTheWay => TSimd.Width == Lanes.Count && Avx512F.IsSupported;

        protected override void DrawRuns(RandomKey key, float* destination, nint stride) =>
            RunSampler<TSimd, TF, TI>.Fill(Runs.AsSpan(), key, destination, _rows, stride);

        protected override void DrawRunsOfTwo(RandomKey key, RandomKey second, float* destination, nint stride) =>
            RunSampler<TSimd, TF, TI>.FillTwo(Runs.AsSpan(), key, second, destination, _rows, stride);

        protected override void DrawRowsOfRuns(RandomKey key, float* zeros) =>
            RunSampler<TSimd, TF, TI>.FillRows(Runs.AsSpan(), key, zeros, _rows, _features);

        protected override void ListRuns(RandomKey key, SparseBlock destination) =>
            RunSampler<TSimd, TF, TI>.List(Runs.AsSpan(), key, _rows, destination);

        protected override void DrawNonEmpty(NonEmptyLaw law, RandomKey key, int rows, float* destination, nint stride) =>
            NonEmptySampler<TSimd, TF, TI>.Fill(law, key, rows, destination, stride);

        protected override void DrawLengths(LengthLaw law, RandomKey key, int rows, LengthBlock destination) =>
            LengthSampler<TSimd, TF, TI>.Fill(law, key, rows, destination);

        protected override void TakeLengths(LengthLaw law, LengthBlock block) =>
            LengthSampler<TSimd, TF, TI>.TakeLengths(law, block.Numbers, block.Kept, block.Lengths);

        protected override void TakeLists(SampleMatrix x, int rows, FeatureLists lists) => lists.Take<TSimd, TF, TI>(x, rows);

        protected override void DrawPlaces(RandomKey key, int kept, Span<byte> places) =>
            NonEmptySampler<TSimd, TF, TI>.Choose(key, kept, places);
    }
}
