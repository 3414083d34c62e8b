namespace ToyModels;

/// <summary>Zeroed floats at an address that never moves and is a multiple of 64, so that no vector straddles two cache lines.</summary>
internal sealed unsafe class PinnedBuffer
{
    private const int Alignment = 64;

    /// <summary>Numbers that one buffer can hold.</summary>
    private static readonly int _longest = Array.MaxLength - (Alignment / sizeof(float));

    // The pinned heap keeps the array in place for as long as this object lives; the pointer needs no release.
    private readonly float[] _memory;

    /// <exception cref="ArgumentException">It is longer than an array can be.</exception>
    internal PinnedBuffer(long length)
    {
        if (length > _longest)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"This training needs {length} numbers in one piece, for its weights or for the rows that go through them together, ")
                + FormattableString.Invariant($"and one piece can hold {_longest}. Use fewer features, fewer hidden dimensions, or a BatchSize below 256."));
        }

        _memory = GC.AllocateArray<float>((int)length + (Alignment / sizeof(float)), pinned: true);
        Length = (int)length;
        fixed (float* start = _memory)
        {
            Pointer = (float*)(((nuint)start + Alignment - 1) & ~(nuint)(Alignment - 1));
        }
    }

    internal int Length { get; }

    internal float* Pointer { get; }

    internal Span<float> Span => new(Pointer, Length);
}
