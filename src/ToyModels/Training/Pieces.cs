namespace ToyModels;

/// <summary>
/// Deals the pieces of one phase to the threads of a team. Each has a range of its own, the same from phase to phase where phases have as many
/// pieces, so that what it wrote is still in its own caches; one that is done goes on with what others have left, if it is much.
/// </summary>
/// <param name="threads">Number of threads.</param>
internal sealed class Pieces(int threads)
{
    // Counters a cache line apart: threads should not fight for one.
    private const int Distance = 64 / sizeof(int);

    private readonly int[] _next = new int[threads * Distance];
    private int _count;
    private int _kept;

    /// <summary>Begins a phase; no thread takes pieces meanwhile.</summary>
    /// <param name="count">How many pieces there are.</param>
    /// <param name="kept">The last pieces of a range that others leave to its thread: that they read what is in its caches may cost both more than they help.</param>
    internal void Begin(int count, int kept)
    {
        (_count, _kept) = (count, kept);
        for (var range = 0; range < threads; range++)
        {
            _next[range * Distance] = Start(range);
        }
    }

    /// <summary>The next piece for a thread, −1 when none is left.</summary>
    internal int Take(int thread)
    {
        for (var i = 0; i < threads; i++)
        {
            var range = (thread + i) % threads;
            ref var next = ref _next[range * Distance];
            var end = Start(range + 1) - (i > 0 ? _kept : 0);
            for (var piece = Volatile.Read(ref next); piece < end; piece = Volatile.Read(ref next))
            {
                if (Interlocked.CompareExchange(ref next, piece + 1, piece) == piece)
                {
                    return piece;
                }
            }
        }

        return -1;
    }

    private int Start(int range) => (int)((long)_count * range / threads);
}
