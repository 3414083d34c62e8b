using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Spectre.Console;

namespace ToyModels.Pipelines;

/// <summary>toymodels run NAME --help: what every pipeline takes, then what this one takes.</summary>
internal sealed class RunHelpAction(IAnsiConsole console, Catalog catalog, Argument<string> name, HelpAction general) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.GetResult(name) is not { Tokens: [var token, ..] })
        {
            return general.Invoke(parseResult);
        }

        var pipeline = catalog.Find(token.Value);
        console.Line($"{pipeline.Name}: {pipeline.Summary}");
        console.Line(pipeline.Source);
        console.Line();
        console.Line($"toymodels run {pipeline.Name} [--set name=value]…");
        foreach (var option in pipeline.Options.Declarations)
        {
            console.Line();
            console.Line($"  {option.Name}={option.Default}");
            console.Line($"      {option.Description}");
            console.Line($"      Takes {option.Allowed}.");
        }

        console.Line();
        console.Line(pipeline.Options.Declarations.IsEmpty
            ? $"{pipeline.Name} has no options of its own. 'toymodels run --help' tells those of every run."
            : "Shown are the defaults. 'toymodels run --help' tells the options of every run.");
        return ExitCode.Done;
    }
}
