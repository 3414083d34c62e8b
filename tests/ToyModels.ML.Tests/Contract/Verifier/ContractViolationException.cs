namespace EstimatorContracts;

/// <summary>An estimator, transformer or view does not keep a promise.</summary>
/// <param name="rule">The rule, as a sentence.</param>
/// <param name="found">What was found instead.</param>
/// <param name="inner">What was thrown instead, if anything was.</param>
public sealed class ContractViolationException(string rule, string found, Exception? inner = null) : Exception($"{rule}. {found}", inner)
{
    /// <summary>The rule that is broken, as a sentence.</summary>
    public string Rule { get; } = rule;
}
