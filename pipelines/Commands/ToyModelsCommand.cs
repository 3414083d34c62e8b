using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ToyModels.Pipelines;

/// <summary>The command line: list, run, inspect.</summary>
internal sealed class ToyModelsCommand
{
    private readonly Terminal _terminal;
    private readonly Command _root;
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object to standard output.", Recursive = true };

    public ToyModelsCommand(Terminal terminal, Catalog catalog)
    {
        _terminal = terminal;
        _root = new Command("toymodels", "Every experiment of the toy-models-of-superposition literature.")
        {
            new HelpOption(),
            new VersionOption(),
            new ListCommand(terminal, catalog, _json),
            new RunCommand(terminal, catalog, _json),
            new InspectCommand(terminal, _json),
            _json,
        };
    }

    /// <summary>Does what the arguments ask for.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="cancellation">Signalled when a person interrupts.</param>
    /// <returns>The exit code.</returns>
    public int Invoke(IReadOnlyList<string> args, CancellationToken cancellation = default)
    {
        var parsed = _root.Parse(args);
        try
        {
            if (parsed.Action is ParseErrorAction)
            {
                throw new UsageException(UsageErrors.Explain(parsed));
            }

            return parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = _terminal.Out.Profile.Out.Writer,
                    Error = _terminal.Error.Profile.Out.Writer,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                cancellation).GetAwaiter().GetResult();
        }
        catch (UsageException e)
        {
            return _terminal.Refuse(e.Message, ExitCode.Usage, parsed.GetValue(_json));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return _terminal.Refuse(e.Message, ExitCode.BadFile, parsed.GetValue(_json));
        }
    }
}
