using System.CommandLine;

namespace ToyModels.Benchmarks;

/// <summary>The options that several commands have.</summary>
internal static class CommandOptions
{
    public static Option<string> Config(string fallback, params string[] others)
    {
        var option = new Option<string>("--config") { Description = "The workload.", DefaultValueFactory = _ => fallback };
        option.AcceptOnlyFromAmong([.. Workload.All.Select(workload => workload.Name), .. others]);
        return option;
    }

    public static Option<float> Density() => Checked("--density", "Density p = 1 − S of every feature, in (0, 1].", 0.1f, p => p is > 0 and <= 1);

    public static Option<int> Threads() => Positive("--threads", "Worker threads.", Environment.ProcessorCount);

    public static Option<double> Seconds() => Checked("--seconds", "Seconds to spend on each measurement, at most 3600.", 5.0, s => s is > 0 and <= 3600);

    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object." };

    public static Option<string> Python() =>
        new("--python") { Description = "A Python with PyTorch and numpy.", DefaultValueFactory = _ => "/usr/bin/python3" };

    public static Option<int> Positive(string name, string description, int fallback) => Checked(name, $"{description} At least 1.", fallback, value => value >= 1);

    public static Option<T> Checked<T>(string name, string description, T fallback, Func<T, bool> isAllowed)
    {
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.Tokens.Count > 0 && !isAllowed(result.GetValueOrDefault<T>()!))
            {
                result.AddError($"{name} {result.Tokens[0].Value} is not allowed. {description}");
            }
        });
        return option;
    }
}
