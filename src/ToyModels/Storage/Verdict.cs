namespace ToyModels;

/// <summary>How a check of a run against its oracle came out.</summary>
public enum VerdictOutcome
{
    /// <summary>What was measured is what was expected.</summary>
    Pass,

    /// <summary>It is not.</summary>
    Fail,

    /// <summary>The options leave the configuration that the oracle speaks of.</summary>
    Skipped,
}

/// <summary>A published or derived number or property beside the measured one.</summary>
/// <param name="Id">Its name within the pipeline, of lower-case words joined by hyphens.</param>
/// <param name="What">What is checked, as a sentence.</param>
/// <param name="Expected">What must be seen, as text for people.</param>
/// <param name="Measured">What was seen; empty where it was skipped.</param>
/// <param name="Outcome">How it came out.</param>
/// <param name="Reason">Why it was skipped; null otherwise.</param>
public sealed record Verdict(string Id, string What, string Expected, string Measured, VerdictOutcome Outcome, string? Reason = null)
{
    /// <summary>A verdict that was reached.</summary>
    /// <param name="id">Its name within the pipeline.</param>
    /// <param name="what">What is checked.</param>
    /// <param name="expected">What must be seen.</param>
    /// <param name="measured">What was seen.</param>
    /// <param name="passed">Whether they agree.</param>
    public static Verdict Check(string id, string what, string expected, string measured, bool passed) =>
        new(id, what, expected, measured, passed ? VerdictOutcome.Pass : VerdictOutcome.Fail);

    /// <summary>A verdict that could not be reached.</summary>
    /// <param name="id">Its name within the pipeline.</param>
    /// <param name="what">What would be checked.</param>
    /// <param name="expected">What would have to be seen.</param>
    /// <param name="reason">Why it is not checked.</param>
    public static Verdict Skip(string id, string what, string expected, string reason) => new(id, what, expected, "", VerdictOutcome.Skipped, reason);
}
