using System.Diagnostics;

namespace ToyModels.Benchmarks;

/// <summary>
/// How far apart the cores of two threads are: the time that a number takes from one to the other and back. Cores that share a cache need about a tenth of a
/// microsecond, others several times that. A virtual machine's cores may move.
/// </summary>
internal static class Handover
{
    private const int Turns = 10_000;
    private const int Slices = 7;

    /// <summary>Looks at the number before the core is offered to others: two threads may have to share one.</summary>
    private const int Looks = 10_000;

    /// <summary>A cache line's worth of numbers on either side of the one that goes to and fro.</summary>
    private const int Distance = 32;

    /// <summary>Nanoseconds there and back, the median over seven slices of ten thousand turns.</summary>
    public static double Measure()
    {
        var line = new int[(2 * Distance) + 1];
        var other = new Thread(() =>
        {
            for (var turn = 0; turn < Slices * Turns; turn++)
            {
                Await(line, (2 * turn) + 1);
                Volatile.Write(ref line[Distance], (2 * turn) + 2);
            }
        });
        other.Start();
        var times = new double[Slices];
        for (var (slice, turn) = (0, 0); slice < Slices; slice++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var end = turn + Turns; turn < end; turn++)
            {
                Volatile.Write(ref line[Distance], (2 * turn) + 1);
                Await(line, (2 * turn) + 2);
            }

            times[slice] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / Turns;
        }

        other.Join();
        return Statistics.Median(times);
    }

    private static void Await(int[] line, int number)
    {
        for (var look = 0; Volatile.Read(ref line[Distance]) != number; look++)
        {
            if (look == Looks)
            {
                Thread.Yield();
                look = 0;
            }
        }
    }
}
