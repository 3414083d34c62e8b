using System.CommandLine;

namespace ToyModels.Benchmarks;

/// <summary>agreement: whether this library ends at the same loss as PyTorch, or as its own plain implementation.</summary>
internal sealed class AgreementCommand : Command
{
    // Of two samples of models in the one case; in the other of the same models on the same data, which should hardly differ at all.
    private const double LargestDifference = 3, LargestDifferenceFromReference = 1;

    public AgreementCommand()
        : base(
            "agreement",
            "Train the same with this library and with PyTorch; exit with 1 if their mean final losses are more than three standard errors apart, or one from the plain implementation.")
    {
        var (density, threads, python) = (CommandOptions.Density(), CommandOptions.Threads(), CommandOptions.Python());
        var features = CommandOptions.Positive("--features", "Number of features n.", 5);
        var hidden = CommandOptions.Positive("--hidden", "Number of hidden dimensions m.", 2);
        var instances = CommandOptions.Checked("--instances", "Models to train, at least 2.", 40, count => count >= 2);
        var steps = CommandOptions.Positive("--steps", "Steps of each.", ToyModelOptions.DefaultSteps);
        var other = new Option<string>("--with") { Description = "PyTorch, or the plain implementation in double precision on the same data.", DefaultValueFactory = _ => "pytorch" };
        other.AcceptOnlyFromAmong("pytorch", "reference");
        foreach (var option in (Option[])[features, hidden, density, instances, steps, threads, other, python])
        {
            Add(option);
        }

        SetAction(parsed =>
        {
            var (n, m, p, count) = (parsed.GetValue(features), parsed.GetValue(hidden), parsed.GetValue(density), parsed.GetValue(instances));
            var (length, workers) = (parsed.GetValue(steps), parsed.GetValue(threads));
            var workload = new Workload("agreement", n, m, count, new ToyModelOptions { Hidden = m }.BatchSize);
            var models = workload.Create(p, length, seed: 1);
            var ours = new ToyModelTrainer(workers).Train(models).Select(result => (double)result.Best.EvaluationLoss).ToList();
            var isReference = parsed.GetValue(other) == "reference";
            double[] theirs = isReference
                ? [.. models.AsParallel().AsOrdered().WithDegreeOfParallelism(workers).Select(model => (double)new ReferenceTrainer().Train([model])[0].Best.EvaluationLoss)]
                : [.. new PyTorchBaseline(parsed.GetValue(python)!).Losses(n, m, count, p, length, workers)];
            var (ourMean, ourError) = Statistics.MeanOf(ours);
            var (theirMean, theirError) = Statistics.MeanOf(theirs);
            var largest = isReference ? LargestDifferenceFromReference : LargestDifference;
            var difference = (ourMean - theirMean) / Math.Sqrt((ourError * ourError) + (theirError * theirError));
            Console.WriteLine($"n = {n}, m = {m}, density {p}, {count} instances, {length} steps");
            Console.WriteLine($"ToyModels.ML  {ourMean:F6} ± {ourError:F6}");
            Console.WriteLine($"{(isReference ? "Reference" : "PyTorch"),-13} {theirMean:F6} ± {theirError:F6}");
            Console.WriteLine($"difference    {difference:+0.00;-0.00} standard errors; at most {largest} is agreement");
            return Math.Abs(difference) <= largest ? 0 : 1;
        });
    }
}
