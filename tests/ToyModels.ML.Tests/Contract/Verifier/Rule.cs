namespace EstimatorContracts;

/// <summary>Ways to state a rule.</summary>
internal static class Rule
{
    internal static void Require(bool holds, string rule, string found)
    {
        if (!holds)
        {
            throw new ContractViolationException(rule, found);
        }
    }

    internal static void Same(IReadOnlyList<string> expected, IReadOnlyList<string> actual, string rule)
    {
        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            var (wanted, got) = (At(expected, i), At(actual, i));
            Require(wanted == got, rule, $"Line {i} differs.\n  expected: {wanted}\n  found:    {got}");
        }

        static string At(IReadOnlyList<string> lines, int i) => i < lines.Count ? lines[i] : "(nothing)";
    }

    /// <summary>Requires an exception of one of the types or of a type that derives from it, and returns it.</summary>
    internal static Exception Throws(Action call, string rule, params Type[] types)
    {
        var wanted = string.Join(" or ", types.Select(t => t.Name));
        try
        {
            call();
        }
        catch (Exception e)
        {
            return types.Any(t => t.IsInstanceOfType(e))
                ? e
                : throw new ContractViolationException(rule, $"{wanted} was expected; {e.GetType().Name} came: {e.Message}", e);
        }

        throw new ContractViolationException(rule, $"{wanted} was expected; nothing was thrown.");
    }
}
