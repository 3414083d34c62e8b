namespace ToyModels.Pipelines;

/// <summary>What the command tells the shell.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A verdict failed under run --verify, or inspect --verify found a difference.</summary>
    public const int Difference = 1;

    /// <summary>The command line asks for something that is not there or not allowed.</summary>
    public const int Usage = 2;

    /// <summary>Bad data, or a file that is not what it should be.</summary>
    public const int BadFile = 3;

    /// <summary>Interrupted.</summary>
    public const int Interrupted = 130;
}
