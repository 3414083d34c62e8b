using System.CommandLine;
using ToyModels.Benchmarks;

var root = new RootCommand("How fast ToyModels.ML is, part by part and as a whole. docs/performance.md explains what is measured and how.")
{
    new PartsCommand(),
    new ThroughputCommand(),
    new CompareCommand(),
    new TorchCommand(),
    new AgreementCommand(),
    new PhaseDiagramCommand(),
    new ScalingCommand(),
    new ViewsCommand(),
};
return root.Parse(args).Invoke();
