using System.CommandLine;

namespace ToyModels.Benchmarks;

/// <summary>views: what going through IDataView costs, beside the engine itself.</summary>
internal sealed class ViewsCommand : Command
{
    public ViewsCommand()
        : base("views", "Measure the ML.NET face against the engine in turn (A B C A B C …): Transform against a batch forward, Fit over views against the trainer alone.")
    {
        var (density, threads) = (CommandOptions.Density(), CommandOptions.Threads());
        var part = new Option<string>("--part") { Description = "What is measured.", DefaultValueFactory = _ => "all" };
        part.AcceptOnlyFromAmong("all", "transform", "fit", "sparse");
        var features = CommandOptions.Positive("--features", "Number of features n of transform and fit.", 100);
        var hidden = CommandOptions.Positive("--hidden", "Number of hidden dimensions m of transform and fit.", 20);
        var rows = CommandOptions.Positive("--rows", "Rows that are transformed, and rows of the cached view that is fitted.", 1_000_000);
        var steps = CommandOptions.Positive("--steps", "Steps of each fit.", 500);
        var rounds = CommandOptions.Positive("--rounds", "Rounds, each of one measurement of everything.", 5);
        foreach (var option in (Option[])[part, features, hidden, density, rows, steps, threads, rounds])
        {
            Add(option);
        }

        SetAction(parsed =>
        {
            var shape = (parsed.GetValue(features), parsed.GetValue(hidden), parsed.GetValue(density), parsed.GetValue(rows));
            var load = new MachineLoad();
            if (parsed.GetValue(part) is "all" or "transform")
            {
                Run("Transform", TransformViews.Measures(shape), parsed.GetValue(rounds));
            }

            if (parsed.GetValue(part) is "all" or "fit")
            {
                Run("Fit", FitViews.Measures(shape, parsed.GetValue(steps), parsed.GetValue(threads)), parsed.GetValue(rounds));
            }

            if (parsed.GetValue(part) is "all" or "sparse")
            {
                Run("Reading sparse rows, nanoseconds a non-zero", SparseViews.Measures(), parsed.GetValue(rounds));
            }

            Console.WriteLine($"{load.Foreign:P1} of the machine used by others");
        });
    }

    /// <summary>Prints the least and the median of each, the ratio of its least to that of the first, and its ratio round by round: minimum, median, maximum.</summary>
    private static void Run(string title, IReadOnlyList<(string Name, Func<double> Measure)> measures, int rounds)
    {
        var values = measures.Select(_ => new double[rounds]).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < measures.Count; i++)
            {
                // The first round warms up.
                values[i][Math.Max(round, 0)] = measures[i].Measure();
            }
        }

        Console.WriteLine(title);
        for (var i = 0; i < measures.Count; i++)
        {
            var ratios = values[i].Zip(values[0], (value, first) => value / first).ToArray();
            var times = $"{values[i].Min(),9:F3} {Statistics.Median(values[i]),9:F3}";
            Console.WriteLine($"  {measures[i].Name,-46} {times}   {values[i].Min() / values[0].Min(),6:F2}   {ratios.Min(),6:F2} {Statistics.Median(ratios),6:F2} {ratios.Max(),6:F2}");
        }
    }
}
