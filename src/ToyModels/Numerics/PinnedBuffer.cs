namespace ToyModels;

/// <summary>Zeroed floats at an address that never moves and is a multiple of 64, so that no vector straddles two cache lines.</summary>
internal sealed unsafe class PinnedBuffer
{
    private const int Alignment = 64;

    // The pinned heap keeps the array in place for as long as this object lives; the pointer needs no release.
    private readonly float[] _memory;

    internal PinnedBuffer(long length)
    {
        _memory = GC.AllocateArray<float>(checked((int)length + (Alignment / sizeof(float))), pinned: true);
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
