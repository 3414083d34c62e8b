using Microsoft.ML;

namespace EstimatorContracts;

/// <summary>
/// Works an ML.NET estimator out: every promise that a step of a pipeline makes by being one, checked on rows of your choice.
/// </summary>
/// <remarks>
/// <para>
/// To lift: copy this folder into the tests of any ML.NET extension. It needs Microsoft.ML and nothing else: no test framework, no internals of
/// ML.NET (whose own TestEstimatorCore, which it follows and exceeds, rests on many), none of the project that it was written in. A broken promise
/// is a <see cref="ContractViolationException"/> that names the rule and shows what was expected and found.
/// </para>
/// <para>
/// <see cref="SchemaRules"/>: what is promised is delivered, annotations included, in both directions. <see cref="RefusalRules"/>: missing and
/// mistyped columns are refused by every call, in ML.NET's words. <see cref="CursorRules"/>: rows can be read again, in part, side by side, in
/// shares and shuffled. <see cref="MapperRules"/>: single rows give what the view gives. <see cref="StorageRules"/>: what is loaded in another
/// context is what was saved.
/// </para>
/// </remarks>
public static class EstimatorContract
{
    /// <summary>Verifies all rules.</summary>
    /// <param name="subject">The estimator, rows, and what it must refuse.</param>
    /// <returns>The fitted transformer, for further tests.</returns>
    /// <exception cref="ContractViolationException">A rule is broken.</exception>
    public static ITransformer Verify(ContractSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var transformer = subject.Estimator.Fit(subject.Rows);
        SchemaRules.Verify(subject, transformer);
        RefusalRules.Verify(subject, transformer);
        CursorRules.Verify(transformer.Transform(subject.Rows));
        MapperRules.Verify(subject, transformer);
        StorageRules.Verify(subject, transformer);
        return transformer;
    }

    /// <summary>Verifies what a view promises, whoever made it.</summary>
    /// <param name="view">A finite view with rows that cost little to read many times.</param>
    /// <exception cref="ContractViolationException">A rule is broken.</exception>
    public static void Verify(IDataView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        CursorRules.Verify(view);
    }
}
