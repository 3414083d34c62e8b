using System.CommandLine;

namespace ToyModels.Pipelines;

/// <summary>What is wrong with a command line, with the nearest thing that would be right.</summary>
internal static class UsageErrors
{
    /// <summary>All errors of a parse, in one text.</summary>
    public static string Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens.Count > 0)
        {
            return string.Join('\n', parsed.UnmatchedTokens.Select(t => Explain(t, command)));
        }

        var where = IsRoot(command) ? "" : $" {command.Name}";
        return $"{string.Join('\n', parsed.Errors.Select(e => e.Message))} 'toymodels{where} --help' tells more.";
    }

    private static bool IsRoot(Command command) => !command.Parents.Any();

    private static string Explain(string token, Command command)
    {
        var isOption = token.StartsWith('-');
        string[] known = isOption
            ? [.. command.Options.Concat(command.Parents.OfType<Command>().SelectMany(p => p.Options).Where(o => o.Recursive)).Select(o => o.Name)]
            : [.. command.Subcommands.Select(c => c.Name)];
        var what = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "further argument";
        var name = isOption ? token.Split('=')[0] : token;
        var of = IsRoot(command) ? "toymodels" : $"'{command.Name}'";
        return $"{of} has no {what} '{name}'.{(known.Length > 0 ? Nearest.Offer(name, known) : "")}";
    }
}
