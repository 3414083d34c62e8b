using Microsoft.ML;

namespace ToyModels.ML.Tests;

/// <summary>ML.NET's own views over ours.</summary>
public class ComposedViewTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void The_generated_view_can_be_cached_shuffled_split_and_cut()
    {
        var view = _ml.ToyModels().Generate(new FeatureDistribution(4, 0.5f), 1000, seed: 1);
        var rows = view.Column("Features");

        Assert.Equal(rows, _ml.Data.Cache(view).Column("Features"));
        Assert.Equal(rows[10..15], _ml.Data.TakeRows(_ml.Data.SkipRows(view, 10), 5).Column("Features"));
        var shuffled = _ml.Data.ShuffleRows(view, seed: 2).Column("Features");
        Assert.NotEqual(rows, shuffled);
        Assert.Equal(rows.Select(Key).Order(), shuffled.Select(Key).Order());
        var split = _ml.Data.TrainTestSplit(view, 0.25, seed: 3);
        Assert.Equal(rows.Select(Key).Order(), split.TrainSet.Column("Features").Concat(split.TestSet.Column("Features")).Select(Key).Order());

        static string Key(float[] row) => Program.Bits([row]);
    }

    [Fact]
    public void A_toy_model_can_follow_a_cache_and_stand_behind_another_toy_model()
    {
        var data = Views.Dense(_ml);
        var second = Contexts.AllColumns(hidden: 1) with { FeatureColumnName = "Hidden", HiddenColumnName = "Deeper", ReconstructionColumnName = null, LossColumnName = null };
        var chain = _ml.Transforms.CopyColumns("Copy", "Features")
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.ToyModels().ToyModel(Contexts.AllColumns()))
            .Append(_ml.ToyModels().ToyModel(second));

        var fitted = chain.Fit(data);
        var view = fitted.Transform(data);

        Assert.Equal([1, 1], fitted.LastTransformer.Result.Importances.ToArray());
        var hidden = view.Column("Hidden");
        var expected = new float[1];
        FixedTrainer.Model(ToyModelKind.ReluOutput, 2, 1).Encode(hidden[7], expected);
        Assert.Equal(expected, view.Column("Deeper")[7]);
    }

    [Fact]
    public void An_output_may_take_the_place_of_the_input()
    {
        var options = Contexts.AllColumns() with { HiddenColumnName = null, ReconstructionColumnName = "Features" };
        var (replaced, beside) = (Contexts.Fit(_ml, options), Contexts.Fit(_ml));

        var view = replaced.Transform(Views.Dense(_ml));

        Assert.Equal(beside.Transform(Views.Dense(_ml)).Column("Reconstruction"), view.Column("Features"));
        Assert.Equal(beside.Transform(Views.Dense(_ml)).Scalars("Loss"), view.Scalars("Loss"));
    }
}
