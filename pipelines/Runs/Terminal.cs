using Spectre.Console;

namespace ToyModels.Pipelines;

/// <summary>Everything outside the program that a command touches: two consoles, the clock, and where it stands.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error: refusals, and with --json whatever is meant for a person.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Directory">What relative paths start from.</param>
internal sealed record Terminal(IAnsiConsole Out, IAnsiConsole Error, TimeProvider Clock, string Directory)
{
    /// <summary>The process's own.</summary>
    public static Terminal OfProcess() => new(
        Console(System.Console.Out, System.Console.IsOutputRedirected),
        Console(System.Console.Error, System.Console.IsErrorRedirected),
        TimeProvider.System,
        Environment.CurrentDirectory);

    /// <summary>A path as the user meant it.</summary>
    public string Resolve(string path) => Path.GetFullPath(path, Directory);

    /// <summary>Refuses: a sentence for a person, and with --json an object for a program.</summary>
    /// <returns>The exit code, as given.</returns>
    public int Refuse(string sentence, int exitCode, bool json)
    {
        Error.Refuse(sentence);
        if (json)
        {
            Out.Json(new() { ["error"] = sentence, ["exitCode"] = exitCode });
        }

        return exitCode;
    }

    private static IAnsiConsole Console(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (redirected)
        {
            // A file has no width to keep to; tables and sentences are cut by whoever shows it.
            console.Profile.Width = 200;
        }

        return console;
    }
}
