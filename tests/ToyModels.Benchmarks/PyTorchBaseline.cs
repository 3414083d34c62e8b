using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ToyModels.Benchmarks;

/// <summary>Runs pytorch_baseline.py, which lies beside this program.</summary>
/// <param name="python">A Python with PyTorch and numpy.</param>
internal sealed class PyTorchBaseline(string python)
{
    public ThroughputReport Measure(Workload workload, string style, float density, int threads, double seconds, int seed) =>
        ThroughputReport.OfJson(Run(
            "--config", workload.Name, "--style", style, "--density", Text(density), "--threads", Text(threads), "--seconds", Text(seconds), "--seed", Text(seed)));

    /// <summary>Final losses of instances that PyTorch trained.</summary>
    public IReadOnlyList<double> Losses(int features, int hidden, int instances, float density, int steps, int threads)
    {
        using var report = JsonDocument.Parse(Run(
            "--check", "--features", Text(features), "--hidden", Text(hidden), "--instances", Text(instances), "--density", Text(density),
            "--steps", Text(steps), "--threads", Text(threads)));
        return [.. report.RootElement.GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble())];
    }

    private string Run(params IEnumerable<string> arguments)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "pytorch_baseline.py");
        using var process = Process.Start(new ProcessStartInfo(python, [script, .. arguments]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{python} {script} {string.Join(' ', arguments)} ended with {process.ExitCode}. It needs PyTorch and numpy; on Debian: "
                + "apt-get install python3-torch python3-numpy libopenblas0-openmp, and --python /usr/bin/python3.");
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
