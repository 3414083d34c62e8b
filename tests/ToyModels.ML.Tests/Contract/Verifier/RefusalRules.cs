using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EstimatorContracts;

/// <summary>Input that cannot be worked with is refused by every call that is handed it, before any row is read, in ML.NET's words.</summary>
internal static class RefusalRules
{
    internal const string Missing = "A missing column is refused with ArgumentOutOfRangeException and \"Could not find … column '…'\"";
    internal const string Mistyped = "A column of a wrong type is refused with ArgumentOutOfRangeException and \"Schema mismatch for … column '…': expected …, got …\"";
    internal const string Unfit = "Input that the estimator cannot use is refused with the reason";

    internal static void Verify(ContractSubject subject, ITransformer transformer)
    {
        foreach (var input in subject.Inputs)
        {
            var name = Regex.Escape(input.Name);
            Refuse(Without(subject.Rows.Schema, input.Name), Missing, $"^Could not find .+ column '{name}'");
            foreach (var type in input.Refused)
            {
                Refuse(With(subject.Rows.Schema, input.Name, type), Mistyped, $"^Schema mismatch for .+ column '{name}': expected .+, got .+");
            }

            foreach (var type in input.RefusedOnceFitted)
            {
                RefuseByTransformer(With(subject.Rows.Schema, input.Name, type), Mistyped, typeof(ArgumentOutOfRangeException), $"^Schema mismatch for .+ column '{name}': expected .+, got .+");
            }
        }

        foreach (var refusal in subject.Refusals)
        {
            RefuseByEstimator(refusal.Input, Unfit, refusal.Exception, Regex.Escape(refusal.Text));
            RefuseByTransformer(refusal.Input, Unfit, refusal.Exception, Regex.Escape(refusal.Text));
        }

        void Refuse(IDataView input, string rule, string pattern)
        {
            RefuseByEstimator(input, rule, typeof(ArgumentOutOfRangeException), pattern);
            RefuseByTransformer(input, rule, typeof(ArgumentOutOfRangeException), pattern);
        }

        void RefuseByEstimator(IDataView input, string rule, Type exception, string pattern)
        {
            var shape = Shape.Of(input);
            Require("the estimator's GetOutputSchema", () => subject.Estimator.GetOutputSchema(shape), rule, exception, pattern);
            Require("Fit", () => subject.Estimator.Fit(input), rule, exception, pattern);
        }

        void RefuseByTransformer(IDataView input, string rule, Type exception, string pattern)
        {
            Require("the transformer's GetOutputSchema", () => transformer.GetOutputSchema(input.Schema), rule, exception, pattern);
            Require("Transform", () => transformer.Transform(input), rule, exception, pattern);
            if (transformer.IsRowToRowMapper)
            {
                Require("GetRowToRowMapper", () => transformer.GetRowToRowMapper(input.Schema), rule, exception, pattern);
            }
        }
    }

    private static void Require(string call, Action refused, string rule, Type exception, string pattern)
    {
        var thrown = Rule.Throws(refused, $"{rule} ({call})", exception);
        Rule.Require(Regex.IsMatch(thrown.Message, pattern), $"{rule} ({call})", $"The message is: {thrown.Message}");
    }

    private static EmptyRows Without(DataViewSchema schema, string name)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var column in schema.Where(c => c.Name != name))
        {
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        }

        return new EmptyRows(builder.ToSchema());
    }

    private static EmptyRows With(DataViewSchema schema, string name, DataViewType type)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var column in schema)
        {
            var isChanged = column.Name == name && !column.IsHidden;
            builder.AddColumn(column.Name, isChanged ? type : column.Type, isChanged ? null : column.Annotations);
        }

        return new EmptyRows(builder.ToSchema());
    }
}
