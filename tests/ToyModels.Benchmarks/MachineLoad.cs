using System.Diagnostics;
using System.Globalization;

namespace ToyModels.Benchmarks;

/// <summary>How much of the machine others used since this was made: what /proc/stat counts as busy, less the processor time of this process.</summary>
internal sealed class MachineLoad
{
    /// <summary>Of the first line of /proc/stat: user, nice, system, (idle, iowait,) irq, softirq, steal, in hundredths of a second.</summary>
    private static readonly int[] _busyColumns = [1, 2, 3, 6, 7, 8];

    private readonly double? _busy = BusySeconds();
    private readonly double _own = OwnSeconds();
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>The share of all cores, from 0 to 1, that others kept busy; null on a system that does not tell.</summary>
    public double? Foreign => BusySeconds() - _busy is { } busy
        ? Math.Max(0, (busy - OwnSeconds() + _own) / (Stopwatch.GetElapsedTime(_start).TotalSeconds * Environment.ProcessorCount))
        : null;

    private static double OwnSeconds() => Environment.CpuUsage.TotalTime.TotalSeconds;

    private static double? BusySeconds()
    {
        if (!File.Exists("/proc/stat"))
        {
            return null;
        }

        var columns = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return _busyColumns.Sum(column => long.Parse(columns[column], CultureInfo.InvariantCulture)) / 100.0;
    }
}
