using System.CommandLine;

namespace ToyModels.Benchmarks;

/// <summary>agreement: whether this library and PyTorch end at the same loss.</summary>
internal sealed class AgreementCommand : Command
{
    private const double LargestDifference = 3;

    public AgreementCommand()
        : base("agreement", "Train the same with this library and with PyTorch; exit with 1 if their mean final losses are more than three standard errors apart.")
    {
        var (density, threads, python) = (CommandOptions.Density(), CommandOptions.Threads(), CommandOptions.Python());
        var features = CommandOptions.Positive("--features", "Number of features n.", 5);
        var hidden = CommandOptions.Positive("--hidden", "Number of hidden dimensions m.", 2);
        var instances = CommandOptions.Checked("--instances", "Models to train, at least 2.", 40, count => count >= 2);
        var steps = CommandOptions.Positive("--steps", "Steps of each.", ToyModelOptions.DefaultSteps);
        foreach (var option in (Option[])[features, hidden, density, instances, steps, threads, python])
        {
            Add(option);
        }

        SetAction(parsed =>
        {
            var (n, m, p, count) = (parsed.GetValue(features), parsed.GetValue(hidden), parsed.GetValue(density), parsed.GetValue(instances));
            var (length, workers) = (parsed.GetValue(steps), parsed.GetValue(threads));
            var workload = new Workload("agreement", n, m, count, new ToyModelOptions { Hidden = m }.BatchSize);
            var ours = new ToyModelTrainer(workers).Train(workload.Create(p, length, seed: 1)).Select(result => (double)result.Best.EvaluationLoss).ToList();
            var theirs = new PyTorchBaseline(parsed.GetValue(python)!).Losses(n, m, count, p, length, workers);
            var (ourMean, ourError) = Statistics.MeanOf(ours);
            var (theirMean, theirError) = Statistics.MeanOf([.. theirs]);
            var difference = (ourMean - theirMean) / Math.Sqrt((ourError * ourError) + (theirError * theirError));
            Console.WriteLine($"n = {n}, m = {m}, density {p}, {count} instances, {length} steps");
            Console.WriteLine($"ToyModels.ML  {ourMean:F6} ± {ourError:F6}");
            Console.WriteLine($"PyTorch       {theirMean:F6} ± {theirError:F6}");
            Console.WriteLine($"difference    {difference:+0.00;-0.00} standard errors; at most {LargestDifference} is agreement");
            return Math.Abs(difference) <= LargestDifference ? 0 : 1;
        });
    }
}
