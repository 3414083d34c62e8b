using System.CommandLine;
using BenchmarkDotNet.Running;

namespace ToyModels.Benchmarks;

/// <summary>parts: BenchmarkDotNet over the parts of a step, and the metrics.</summary>
internal sealed class PartsCommand : Command
{
    public PartsCommand()
        : base("parts", "Measure the parts with BenchmarkDotNet; what follows goes to it, as in: parts --filter '*Sampling*'. Without, it asks which.")
    {
        TreatUnmatchedTokensAsErrors = false;
        SetAction(parsed =>
        {
            var summaries = BenchmarkSwitcher.FromAssembly(typeof(PartsCommand).Assembly).Run([.. parsed.UnmatchedTokens]);
            return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
        });
    }
}
