using Microsoft.ML;

namespace ToyModels.ML.Tests;

public class AnnotationTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void The_generated_view_tells_sizes_names_densities_and_importances()
    {
        var view = _ml.ToyModels().Generate(new FeatureDistribution([0.5f, 0.25f, 1f]), 10, seed: 1, Importance.Geometric(0.5f));

        var column = Assert.Single(view.Schema);
        Assert.Equal("Features", column.Name);
        Assert.Equal(new Microsoft.ML.Data.VectorDataViewType(Microsoft.ML.Data.NumberDataViewType.Single, 3), column.Type);
        Assert.Equal(["F0", "F1", "F2"], Annotated.Names(column, "SlotNames", 3)!.Value.ToArray());
        Assert.Equal([0.5f, 0.25f, 1f], Views.Annotation(column, "ToyModels.Density"));
        Assert.Equal([1f, 0.5f, 0.25f], Views.Annotation(column, "ToyModels.Importance"));
    }

    [Fact]
    public void Every_column_that_the_model_adds_carries_the_weights()
    {
        var transformer = Contexts.Fit(_ml);

        foreach (var name in new[] { "Hidden", "Reconstruction", "Loss" })
        {
            var column = transformer.GetOutputSchema(Views.Dense(_ml).Schema)[name];
            Assert.Equal(transformer.Model.Weights.ToArray(), Views.Annotation(column, ToyModelAnnotations.Weights));
            Assert.Equal(transformer.Model.Bias.ToArray(), Views.Annotation(column, ToyModelAnnotations.Bias));
            Assert.Equal(transformer.Result.Importances.ToArray(), Views.Annotation(column, ToyModelAnnotations.Importance));
            Assert.Equal(transformer.Result.Densities.ToArray(), Views.Annotation(column, ToyModelAnnotations.Density));
        }
    }
}
