using System.Globalization;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace ToyModels.Tests;

public class ToyModelJsonTests
{
    [Property(MaxTest = 300)]
    public Property Options_come_back_as_they_were()
    {
        var positive = Gen.OneOf(Gen.Choose(1, 0x7F7FFFFF), Gen.Choose(1, 0x007FFFFF)).Select(BitConverter.Int32BitsToSingle);
        var unit = Gen.Choose(0, 0x3F7FFFFF).Select(BitConverter.Int32BitsToSingle);
        var importance = Gen.OneOf(
            Gen.Constant<Importance?>(null),
            positive.Select(v => (Importance?)Importance.Uniform(v)),
            positive.Select(v => (Importance?)Importance.Geometric(v)),
            positive.Two().Select(v => (Importance?)Importance.LogSpaced(v.Item1, v.Item2)),
            positive.NonEmptyListOf().Select(v => (Importance?)Importance.Given([0, .. v])));
        var optimizer = from rate in positive
                        from decay in Gen.OneOf(Gen.Constant(0f), positive)
                        from betas in unit.Two()
                        from epsilon in positive
                        select new OptimizerOptions { LearningRate = rate, WeightDecay = decay, Beta1 = betas.Item1, Beta2 = betas.Item2, Epsilon = epsilon };
        var count = Gen.Choose(1, int.MaxValue);
        var options = from kind in Gen.Elements(Enum.GetValues<ToyModelKind>())
                      from reduction in Gen.Elements(Enum.GetValues<LossReduction>())
                      from i in importance
                      from o in optimizer
                      from counts in count.Four()
                      from length in Gen.Choose(0, 2)
                      from seed in Gen.OneOf(Gen.Constant<int?>(null), Gen.Choose(int.MinValue, int.MaxValue).Select(s => (int?)s))
                      from snapshots in Gen.OneOf(Gen.Constant<SnapshotSteps?>(null), Gen.Choose(0, 9).ListOf().Select(s => (SnapshotSteps?)[.. s.Distinct().Order()]))
                      select new ToyModelOptions
                      {
                          Kind = kind,
                          Reduction = reduction,
                          Importance = i,
                          Optimizer = o,
                          Hidden = counts.Item1,
                          BatchSize = counts.Item2,
                          Restarts = counts.Item3,
                          Steps = length == 1 ? counts.Item4 : null,
                          Epochs = length == 2 ? counts.Item4 : null,
                          Seed = seed,
                          Snapshots = length == 1 && counts.Item4 < 9 ? null : snapshots,
                      };
        return Prop.ForAll(options.ToArbitrary(), written =>
        {
            Assert.Equal(written, ToyModelJson.Read(ToyModelJson.Write(written)));
            Assert.Equal(written, ToyModelJson.Parse(ToyModelJson.Write(written).ToJsonString()));
        });
    }

    [Fact]
    public void Every_option_has_its_name()
    {
        var options = new ToyModelOptions { Hidden = 5, Steps = 100, Seed = -1, Importance = Importance.LogSpaced(1, 0.1f), Reduction = LossReduction.MeanOverFeatures };

        Assert.Equal(
            """{"kind":"relu-output","hidden":5,"importance":{"$type":"log-spaced","first":1,"last":0.1},"steps":100,"batchSize":1024,"optimizer":{"learningRate":0.001,"weightDecay":0.01,"beta1":0.9,"beta2":0.999,"epsilon":1E-08},"reduction":"mean-over-features","restarts":1,"seed":-1}""",
            ToyModelJson.Write(options).ToJsonString());
    }

    [Fact]
    public void Snapshots_are_an_array_of_steps() =>
        Assert.EndsWith(""","seed":1,"snapshots":[0,10,100]}""", ToyModelJson.Write(new ToyModelOptions { Hidden = 5, Seed = 1, Snapshots = [0, 10, 100] }).ToJsonString());

    [Fact]
    public void Options_made_by_hand_are_read_with_defaults()
    {
        var options = ToyModelJson.Read(new JsonObject
        {
            ["hidden"] = 2,
            ["optimizer"] = new JsonObject { ["learningRate"] = 0.003 },
            ["importance"] = new JsonObject { ["values"] = new JsonArray(1, 0.5), ["$type"] = "given" },
        });

        Assert.Equal(
            new ToyModelOptions { Hidden = 2, Optimizer = new OptimizerOptions { LearningRate = 0.003f }, Importance = Importance.Given(1, 0.5f) }, options);
    }

    [Theory]
    [InlineData("""{"hidden":2,"hiden":3}""", "hiden")]
    [InlineData("""{"hidden":2,"hidden":3}""", "hidden")]
    [InlineData("""{"hidden":2,"Kind":"linear"}""", "Kind")]
    [InlineData("""{"hidden":2,"optimizer":{"rate":1}}""", "$.optimizer")]
    [InlineData("""{"hidden":2,"optimizer":null}""", "$.optimizer")]
    [InlineData("""{"hidden":2,"importance":{"$type":"uniform","value":1,"more":2}}""", "$.importance")]
    [InlineData("""{"hidden":2,"importance":{"$type":"uniform"}}""", "value")]
    [InlineData("""{"hidden":2,"importance":{"$type":"System.Diagnostics.Process","value":1}}""", "$.importance")]
    [InlineData("""{"hidden":2,"importance":{"value":1}}""", "$.importance")]
    [InlineData("""{"hidden":2,"importance":{"$type":"given","values":[]}}""", "no importance above 0")]
    [InlineData("""{"hidden":2,"importance":{"$type":"given","values":[1,"2"]}}""", "$.importance.values[1]")]
    [InlineData("""{"hidden":2,"importance":{"$type":"given","values":null}}""", "$.importance")]
    [InlineData("""{"hidden":"2"}""", "$.hidden")]
    [InlineData("""{"hidden":2.5}""", "$.hidden")]
    [InlineData("""{"hidden":99999999999}""", "$.hidden")]
    [InlineData("""{"hidden":0}""", "must be at least 1")]
    [InlineData("""{"hidden":null}""", "$.hidden")]
    [InlineData("""{}""", "hidden")]
    [InlineData("""{"hidden":2,"kind":1}""", "is not one of linear, relu-output")]
    [InlineData("""{"hidden":2,"kind":"ReluOutput"}""", "'ReluOutput' is not one of linear, relu-output")]
    [InlineData("""{"hidden":2,"kind":"linear, relu-output"}""", "is not one of")]
    [InlineData("""{"hidden":2,"reduction":"sum"}""", "options at $.reduction: 'sum' is not one of sum-over-features, mean-over-features.")]
    [InlineData("""{"hidden":2,"optimizer":{"learningRate":1e400}}""", "earningRate")]
    [InlineData("""{"hidden":2,"optimizer":{"learningRate":"NaN"}}""", "$.optimizer.learningRate")]
    [InlineData("""{"hidden":2,"optimizer":{"learningRate":-1}}""", "LearningRate must be positive")]
    [InlineData("""{"hidden":2,"steps":1,"epochs":1}""", "both given")]
    [InlineData("""{"hidden":2,"snapshots":[3,2]}""", "steps[1] is 2, after 3")]
    [InlineData("""{"hidden":2,"snapshots":[1,1.5]}""", "options at $.snapshots: element 1 is not a step")]
    [InlineData("""{"hidden":2,"snapshots":3}""", "$.snapshots")]
    [InlineData("""{"hidden":2,"steps":9,"snapshots":[0,10]}""", "the training ends at step 9")]
    [InlineData("""{"hidden":2} {}""", "options at $")]
    [InlineData("""[]""", "options at $")]
    [InlineData("""null""", "null")]
    [InlineData("""{"hidden":2,}""", "options at $")]
    [InlineData("", "options at $")]
    public void Options_that_are_not_ours_are_refused(string json, string reason)
    {
        var error = Assert.Throws<InvalidDataException>(() => ToyModelJson.Parse(json));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Throws<InvalidDataException>(() => ToyModelJson.Parse("""{"hidden":""" + new string('[', 100_000)));

    [Fact]
    public void A_culture_with_a_decimal_comma_changes_nothing() => Cultures.WithDecimalComma(() =>
    {
        var options = new ToyModelOptions { Hidden = 2, Importance = Importance.Geometric(0.7f) };
        Assert.Equal("0,7", 0.7f.ToString(CultureInfo.CurrentCulture));
        Assert.Contains("\"ratio\":0.7}", ToyModelJson.Write(options).ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(options, ToyModelJson.Read(ToyModelJson.Write(options)));
    });

    [Fact]
    public void Kinds_have_names_and_names_kinds()
    {
        Assert.Equal("linear", ToyModelKinds.Name(ToyModelKind.Linear));
        Assert.Equal("relu-output", ToyModelKinds.Name(ToyModelKind.ReluOutput));
        Assert.All(Enum.GetValues<ToyModelKind>(), kind => Assert.Equal(kind, ToyModelKinds.Parse(ToyModelKinds.Name(kind))));
        Assert.Contains("one of linear, relu-output", Assert.Throws<ArgumentException>(() => ToyModelKinds.Parse("relu")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ToyModelKinds.Name((ToyModelKind)7));
    }
}
