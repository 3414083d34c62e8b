using System.CommandLine;
using System.ComponentModel;

namespace ToyModels.Benchmarks;

/// <summary>torch: the library's trainer, the one on TorchSharp, and PyTorch in turn.</summary>
internal sealed class TorchCommand : Command
{
    public TorchCommand()
        : base("torch", "Measure the library's trainer, the one on TorchSharp, and PyTorch in both styles, in turn. Needs a build with -p:TorchNative=true.")
    {
        var (config, density, threads, seconds, json, python) =
            (CommandOptions.Config("all", "all"), CommandOptions.Density(), CommandOptions.Threads(), CommandOptions.Seconds(), CommandOptions.Json(), CommandOptions.Python());
        var device = new Option<string>("--device") { Description = "Where TorchSharp trains: cpu, cuda, cuda:0 and so on.", DefaultValueFactory = _ => "cpu" };
        foreach (var option in (Option[])[config, density, threads, seconds, device, python, json])
        {
            Add(option);
        }

        SetAction(parsed =>
        {
            var (p, workers, time) = (parsed.GetValue(density), parsed.GetValue(threads), parsed.GetValue(seconds));
            NamedTrainer torch;
            try
            {
                torch = NamedTrainer.Torch(workers, parsed.GetValue(device)!);
            }
            catch (DllNotFoundException e)
            {
                Console.Error.WriteLine($"{e.Message} {e.InnerException?.Message}");
                return 1;
            }

            var reports = new List<ThroughputReport>();
            foreach (var workload in parsed.GetValue(config) == "all" ? Workload.All : [Workload.Named(parsed.GetValue(config)!)])
            {
                foreach (var trainer in (NamedTrainer[])[NamedTrainer.ToyModels(workers), torch])
                {
                    Add(trainer.Name, () => new Throughput(trainer, workload, p, workers, time).Measure());
                }

                foreach (var style in (string[])["notebook", "best"])
                {
                    Add($"pytorch, {style}", () => new PyTorchBaseline(parsed.GetValue(python)!).Measure(workload, style, p, workers, time, seed: 1));
                }

                void Add(string name, Func<ThroughputReport> measure)
                {
                    try
                    {
                        reports.Add(measure() with { Trainer = name });
                    }
                    catch (Exception e) when (e is InvalidOperationException or Win32Exception)
                    {
                        Console.Error.WriteLine($"{workload.Name}: {name} was not measured: {e.Message}");
                        return;
                    }

                    if (!parsed.GetValue(json))
                    {
                        Write(reports);
                    }
                }
            }

            if (parsed.GetValue(json))
            {
                Console.WriteLine($"[{string.Join(",\n", reports.Select(report => report.ToJson()))}]");
            }

            return 0;
        });
    }

    private static void Write(List<ThroughputReport> reports)
    {
        if (reports.Count == 1)
        {
            Console.WriteLine($"{"",3} {"trainer",-18} {"µs a step",12} {"thousand samples/s",19} {"used by others",15}");
        }

        var last = reports[^1];
        Console.WriteLine(
            $"{last.Config,3} {last.Trainer,-18} {1e6 / last.StepsPerSecond,12:F1} {last.SamplesPerSecond / 1e3,19:F1} {last.ForeignLoad,15:P1}");
    }
}
