using Microsoft.ML;
using Microsoft.ML.Data;

namespace EstimatorContracts;

/// <summary>What is promised is delivered.</summary>
internal static class SchemaRules
{
    internal const string Promise = "The schema that the estimator promises is the schema that the transformer delivers, annotations included";
    internal const string Announced = "Transform delivers the schema that the transformer's GetOutputSchema tells";
    internal const string Again = "A transformer tells the same output schema each time it is asked";
    internal const string InChain = "In a chain an estimator delivers what it delivers alone";

    internal static void Verify(ContractSubject subject, ITransformer transformer)
    {
        var promised = Shape.Lines(subject.Estimator.GetOutputSchema(Shape.Of(subject.Rows)));
        var transformed = transformer.Transform(subject.Rows);
        var told = transformer.GetOutputSchema(subject.Rows.Schema);
        Rule.Same(promised, Shape.Lines(Shape.Of(transformed)), Promise);
        Rule.Same(promised, Shape.Lines(Shape.Of(new EmptyRows(told))), Promise);
        Rule.Same(Shape.Lines(told), Shape.Lines(transformed.Schema), Announced);
        Rule.Same(Shape.Lines(told), Shape.Lines(transformer.GetOutputSchema(subject.Rows.Schema)), Again);
        var chain = new EstimatorChain<ITransformer>().Append(subject.Estimator).Fit(subject.Rows);
        Rule.Same(promised, Shape.Lines(Shape.Of(chain.Transform(subject.Rows))), InChain);
    }
}
