using System.CommandLine;
using System.CommandLine.Help;

namespace ToyModels.Pipelines;

/// <summary>toymodels run NAME.</summary>
internal sealed class RunCommand : Command
{
    /// <summary>Seed of a run that names none.</summary>
    public const int DefaultSeed = 0;

    private readonly Terminal _terminal;
    private readonly Catalog _catalog;
    private readonly Option<bool> _json;
    private readonly Argument<string> _name = new("NAME") { Description = "The pipeline; 'toymodels list' names them.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _set = new("--set") { Description = "Set an option of the pipeline; may be repeated.", HelpName = "name=value" };
    private readonly Option<int> _seed = WholeNumber<int>("--seed", "N", "The seed that everything random derives from.", int.MinValue, DefaultSeed);
    private readonly Option<string?> _out = new("--out") { Description = "The folder of the run; default artifacts/NAME/<UTC stamp>-seed<seed>.", HelpName = "DIR" };
    private readonly Option<int?> _restarts = WholeNumber<int?>("--restarts", "K", "Short for --set restarts=K.", 1, null);
    private readonly Option<int?> _threads = WholeNumber<int?>("--threads", "N", "Threads of the trainer; default one a core. The result does not depend on it.", 1, null);
    private readonly Option<bool> _verify = new("--verify") { Description = "Exit with 1 if a verdict fails." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace the folder if it is there." };

    public RunCommand(Terminal terminal, Catalog catalog, Option<bool> json)
        : base("run", "Run a pipeline: data, models, figures, verdicts, report.")
    {
        _terminal = terminal;
        _catalog = catalog;
        _json = json;
        Add(_name);
        foreach (Option option in (Option[])[_set, _seed, _out, _restarts, _threads, _verify, _force])
        {
            Add(option);
        }

        Add(new HelpOption { Action = new RunHelpAction(terminal.Out, catalog, _name, new HelpAction()) });
        SetAction((parsed, cancellation) => Task.FromResult(Run(parsed, cancellation)));
    }

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var pipeline = _catalog.Find(parsed.GetValue(_name) ?? "");
        List<string> assignments = [.. parsed.GetValue(_set) ?? []];
        if (parsed.GetValue(_restarts) is { } restarts)
        {
            assignments.Add($"restarts={restarts}");
        }

        var request = new RunRequest(
            pipeline,
            pipeline.Options.Parse(assignments),
            parsed.GetValue(_seed),
            parsed.GetValue(_out),
            parsed.GetValue(_threads),
            parsed.GetValue(_verify),
            parsed.GetValue(_json),
            parsed.GetValue(_force));
        return new RunService(_terminal).Run(request, cancellation);
    }

    private static Option<T> WholeNumber<T>(string name, string helpName, string description, int least, T byDefault) => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => byDefault,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= least)
            {
                return (T)(object)number;
            }

            result.AddError($"{name} is '{text}', but takes a whole number {(least == int.MinValue ? "of 32 bits" : $"of at least {least}")}.");
            return byDefault;
        },
    };
}
