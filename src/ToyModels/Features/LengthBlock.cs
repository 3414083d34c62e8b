using System.Runtime.CompilerServices;

namespace ToyModels;

/// <summary>
/// The rows of one block that are not empty, by the number of their non-zeros. Rows of one length lie side by side: non-zero e of the r-th of them at
/// [<see cref="Start"/> + e·<see cref="Step"/> + r], sixteen times its feature among <see cref="Offsets"/> and its value among <see cref="Values"/>.
/// </summary>
internal sealed unsafe class LengthBlock
{
    private readonly List<(int Rows, int Place, int Start)> _lengths = [];

    // Where the rows stand in the block, in its order; and which of those are the rows as they lie here, length by length.
    private int[] _rows = [];
    private int[] _order = [];
    private int[] _next = [];
    private int[] _starts = [];
    private bool _isOrdered;

    /// <summary>The longest row's non-zeros.</summary>
    internal int Longest => _lengths.Count;

    /// <summary>How many rows there are.</summary>
    internal int Kept { get; private set; }

    /// <summary>How many non-zeros there are.</summary>
    internal int Entries { get; private set; }

    /// <summary>Sixteen times the feature of each non-zero, ascending within a row.</summary>
    internal int[] Offsets { get; private set; } = [];

    /// <summary>Value of each non-zero.</summary>
    internal float[] Values { get; private set; } = [];

    /// <summary>What decided on the length of each row, in the order in which they stand in the block; whole sixteens of them.</summary>
    internal int[] Numbers { get; private set; } = [];

    /// <summary>The length of each row, in the order in which they stand in the block, where it was asked for; whole sixteens of them.</summary>
    internal int[] Lengths { get; private set; } = [];

    /// <summary>1 for each row of the block that is one of these, 0 for the others, where it was asked for.</summary>
    internal byte[] Places { get; private set; } = [];

    /// <summary>Rows of a length.</summary>
    internal int Rows(int length) => _lengths[length - 1].Rows;

    /// <summary>Where rows of a length begin.</summary>
    internal int Start(int length) => _lengths[length - 1].Start;

    /// <summary>From one non-zero of a row of that length to its next.</summary>
    internal int Step(int length) => Lanes.RoundUp(Rows(length));

    /// <summary>Makes room for the numbers of <paramref name="kept"/> rows.</summary>
    internal void Begin(int kept)
    {
        (Kept, Entries, _isOrdered) = (kept, 0, false);
        _lengths.Clear();
        if (Numbers.Length < Lanes.RoundUp(kept))
        {
            Numbers = new int[Lanes.RoundUp(kept)];
            Lengths = new int[Numbers.Length];
        }
    }

    /// <summary>Makes room for rows of the next length: what was drawn before is lost.</summary>
    internal void Add(int rows)
    {
        var start = Longest == 0 ? 0 : Start(Longest) + (Longest * Step(Longest));
        _lengths.Add((rows, Longest == 0 ? 0 : _lengths[^1].Place + _lengths[^1].Rows, start));
        Entries += Longest * rows;
        var end = start + (Longest * Step(Longest));
        if (end > Offsets.Length)
        {
            (Offsets, Values) = (new int[2 * end], new float[2 * end]);
        }
    }

    /// <summary>Makes room for places.</summary>
    internal void BeginPlaces(int rows)
    {
        if (Places.Length != rows)
        {
            Places = new byte[rows];
            _rows = new int[rows + 1];
            _order = new int[rows];
            _starts = new int[rows];
        }
    }

    /// <summary>Counts rows of the block by length.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many are meant.</param>
    /// <param name="counts">The number of those of length ℓ is added at [ℓ − 1].</param>
    internal void CountLengths(int first, int count, Span<int> counts)
    {
        var lengths = Lengths.AsSpan(Places.AsSpan(0, first).Count((byte)1), Places.AsSpan(first, count).Count((byte)1));
        for (var length = 1; length <= Longest; length++)
        {
            counts[length - 1] += lengths.Count(length);
        }
    }

    /// <summary>Writes the non-zeros of the block into zeros: feature i of row s at [i·featureStride + s·rowStride].</summary>
    internal void CopyTo(float* matrix, nint featureStride, nint rowStride)
    {
        for (var length = 1; length <= Longest; length++)
        {
            CopyTo(length, 0, Rows(length), matrix, featureStride, rowStride);
        }
    }

    /// <summary>Those of some rows of one length alone.</summary>
    /// <param name="length">The length.</param>
    /// <param name="first">The first, among the block's of that length.</param>
    /// <param name="count">How many.</param>
    /// <param name="matrix">Where row 0 of the block belongs.</param>
    /// <param name="featureStride">Distance between features.</param>
    /// <param name="rowStride">Distance between rows.</param>
    internal void CopyTo(int length, int first, int count, float* matrix, nint featureStride, nint rowStride)
    {
        Order();
        var (_, place, start) = _lengths[length - 1];
        fixed (int* offsets = Offsets, rows = _rows, order = _order)
        fixed (float* values = Values)
        {
            for (var (e, entry) = (0, start + first); e < length; e++, entry += Step(length))
            {
                Put(offsets + entry, values + entry, count, rows, order + place + first, matrix, featureStride, rowStride);
            }
        }
    }

    /// <summary>Lists the block, row after row.</summary>
    internal void CopyTo(SparseBlock destination)
    {
        Order();
        destination.Clear();
        var start = 0;
        for (var row = 0; row < Kept; row++)
        {
            _starts[row] = start;
            start += Lengths[row];
        }

        destination.Extend(Entries, out var cells, out var values);
        for (var (length, place) = (1, 0); length <= Longest; length++)
        {
            for (var r = 0; r < Rows(length); r++, place++)
            {
                var row = _order[place];
                for (var (e, from, to) = (0, Start(length) + r, _starts[row]); e < length; e++, from += Step(length), to++)
                {
                    cells[to] = (_rows[row] * destination.Features) + (Offsets[from] / Lanes.Count);
                    values[to] = Values[from];
                }
            }
        }
    }

    /// <summary>Brings the rows as they lie and as they stand together, once.</summary>
    private void Order()
    {
        if (_isOrdered)
        {
            return;
        }

        _isOrdered = true;
        var count = 0;
        for (var row = 0; row < Places.Length; row++)
        {
            _rows[count] = row;
            count += Places[row];
        }

        if (_next.Length <= Longest)
        {
            _next = new int[2 * (Longest + 1)];
        }

        for (var length = 1; length <= Longest; length++)
        {
            _next[length] = _lengths[length - 1].Place;
        }

        for (var row = 0; row < Kept; row++)
        {
            _order[_next[Lengths[row]]++] = row;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Put(int* offsets, float* values, nint count, int* rows, int* order, float* matrix, nint featureStride, nint rowStride)
    {
        for (nint r = 0; r < count; r++)
        {
            matrix[((nint)((uint)offsets[r] / Lanes.Count) * featureStride) + (rows[order[r]] * rowStride)] = values[r];
        }
    }
}
