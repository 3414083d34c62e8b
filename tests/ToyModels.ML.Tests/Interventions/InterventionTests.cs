using System.IO.Compression;
using EstimatorContracts;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

public sealed class InterventionTests : IDisposable
{
    private static readonly string[] _names = ["cat", "dog", "cow", "bird", "cow"];

    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Features_are_set_and_scaled_and_the_others_stay()
    {
        FeatureIntervention[] interventions = [FeatureIntervention.Set(1, 0.5f), FeatureIntervention.Scale("F2", -2), FeatureIntervention.Set(0, 0)];
        foreach (var data in new[] { Views.Dense(_ml), Views.Sparse(_ml) })
        {
            var rows = _ml.ToyModels().Intervene(interventions, "Changed", "Features").Fit(data).Transform(data).Column("Changed");

            Assert.Equal(Enumerable.Range(0, 40).Select(Views.Row).Select(x => new[] { 0, 0.5f, -2 * x[2], x[3], x[4] }), rows);
        }
    }

    [Theory]
    [InlineData("Changed")]
    [InlineData("Features")]
    public void The_step_keeps_the_contract(string output)
    {
        foreach (var data in new[] { Views.Dense(_ml), Views.Sparse(_ml) })
        {
            EstimatorContract.Verify(new ContractSubject(_ml.ToyModels().Intervene([FeatureIntervention.Set(1, 0.5f), FeatureIntervention.Scale(2, 3)], output, "Features"), data)
            {
                LoadingContext = Contexts.Registered,
                Inputs =
                [
                    new InputColumn("Features", NumberDataViewType.Single, TextDataViewType.Instance, new VectorDataViewType(NumberDataViewType.Double, 5), new VectorDataViewType(NumberDataViewType.Single)),
                ],
            });
        }
    }

    [Fact]
    public void Several_interventions_in_one_feature_apply_in_their_order()
    {
        var data = Views.Dense(_ml);
        FeatureIntervention[] interventions = [FeatureIntervention.Set(1, 3), FeatureIntervention.Scale(0, 5), FeatureIntervention.Scale("F1", 2)];

        Assert.All(_ml.ToyModels().Intervene(interventions).Fit(data).Transform(data).Column("Features"), row => Assert.Equal(6, row[1]));
    }

    [Fact]
    public void Sparse_rows_stay_sparse_and_an_ablated_feature_leaves_them()
    {
        var data = Views.Sparse(_ml);
        var view = _ml.ToyModels().Ablate([4]).Fit(data).Transform(data);
        using var cursor = view.GetRowCursor(view.Schema);
        var getter = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
        VBuffer<float> row = default;

        for (var r = 0; cursor.MoveNext(); r++)
        {
            getter(ref row);
            Assert.Equal(Views.Row(r).Take(4).Count(v => v != 0), row.GetValues().Length);
            Assert.Equal(5, row.Length);
        }
    }

    [Fact]
    public void Slot_names_and_importances_stay_and_densities_do_not()
    {
        var data = _ml.ToyModels().Generate(new FeatureDistribution(3, 0.5f), 10, seed: 1, Importance.Geometric(0.5f));
        var step = _ml.ToyModels().Ablate(["F1"], "Ablated", "Features");

        var view = step.Fit(data).Transform(data);

        var column = view.Schema["Ablated"];
        Assert.Equal(["SlotNames", "ToyModels.Importance"], column.Annotations.Schema.Select(a => a.Name));
        Assert.Equal([1, 0.5f, 0.25f], Views.Annotation(column, "ToyModels.Importance"));
        EstimatorContract.Verify(new ContractSubject(step, data) { LoadingContext = Contexts.Registered });
    }

    [Theory]
    [InlineData("Hidden")]
    [InlineData("Reconstruction")]
    public void On_what_a_model_adds_the_promise_holds_too(string column)
    {
        var data = Contexts.Fit(_ml).Transform(Views.Dense(_ml));
        var step = _ml.ToyModels().Intervene([FeatureIntervention.Scale(1, 2)], "Changed", column);

        var view = step.Fit(data).Transform(data);

        Assert.Equal(["SlotNames"], view.Schema["Changed"].Annotations.Schema.Select(a => a.Name));
        EstimatorContract.Verify(new ContractSubject(step, data) { LoadingContext = Contexts.Registered });
    }

    [Fact]
    public void A_model_sees_what_was_changed_before_it_and_comes_back_from_a_file_with_it()
    {
        var data = Views.Dense(_ml);
        FeatureIntervention[] interventions = [FeatureIntervention.Scale(2, 0.1f), FeatureIntervention.Set("F3", 0.7f)];
        var saved = _ml.ToyModels().Intervene(interventions).Append(_ml.ToyModels().ToyModel(Contexts.AllColumns())).Fit(data);
        var changed = Enumerable.Range(0, 40).Select(Views.Row).Select(x => new[] { x[0], x[1], 0.1f * x[2], 0.7f, x[4] }).ToArray();
        Assert.Equal(Program.Bits(Contexts.Fit(_ml).Transform(Views.Dense(_ml, changed, 5)).Column("Hidden")), Program.Bits(saved.Transform(data).Column("Hidden")));

        _ml.Model.Save(saved, data.Schema, _folder.PathOf("model.zip"));
        var ml = new MLContext();
        ml.ToyModels();
        var loaded = ml.Model.Load(_folder.PathOf("model.zip"), out _);

        Assert.Equal(Program.Bits(saved.Transform(data).Column("Hidden")), Program.Bits(loaded.Transform(data).Column("Hidden")));
        var step = ((IEnumerable<ITransformer>)loaded).OfType<FeatureInterventionTransformer>().Single();
        Assert.Equal(interventions, step.Interventions);
        Assert.Equal(("Features", "Features"), (step.OutputColumnName, step.InputColumnName));
    }

    [Theory]
    [InlineData("{\"version\":1,\"output\":\"A\",\"input\":\"A\"}", "has no 'interventions'")]
    [InlineData("{\"version\":1,\"output\":\"A\",\"input\":\"A\",\"interventions\":[]}", "interventions is empty")]
    [InlineData("{\"version\":1,\"output\":\"A\",\"input\":\"A\",\"interventions\":[null]}", "one of its 'interventions' is null")]
    [InlineData("{\"version\":1,\"output\":\"A\",\"input\":\"A\",\"interventions\":[{\"feature\":-1,\"kind\":\"Set\",\"value\":1}]}", "feature")]
    [InlineData("{\"version\":1,\"output\":\"A\",\"input\":\"A\",\"interventions\":[{\"feature\":1,\"kind\":\"7\",\"value\":1}]}", "kind must be one of Set, Scale")]
    [InlineData("{\"version\":1,\"output\":\"A\",\"input\":\"A\",\"interventions\":[{\"kind\":\"Set\",\"value\":1}]}", "slotName")]
    public void A_damaged_file_is_refused_with_a_reason(string header, string reason)
    {
        var data = Views.Dense(_ml);
        var path = _folder.PathOf("model.zip");
        _ml.Model.Save(_ml.ToyModels().Ablate([1]).Fit(data), data.Schema, path);
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            var entry = zip.Entries.Single(e => e.Name == "ToyModel.json");
            var name = entry.FullName;
            entry.Delete();
            using var writer = new StreamWriter(zip.CreateEntry(name).Open());
            writer.Write(header);
        }

        var e = Assert.ThrowsAny<Exception>(() => _ml.Model.Load(path, out _));

        Assert.Contains(Contexts.Unfold(e), x => x is InvalidDataException && x.Message.Contains(reason));
    }

    [Fact]
    public void Features_that_are_not_there_are_refused_by_fit_and_transform()
    {
        var data = Named();

        Refused("Column 'Features' has no feature 5; it has features 0 to 4", FeatureIntervention.Set(5, 1));
        Refused("Column 'Features' has no slot named 'fish'; its first is 'cat'", FeatureIntervention.Set("fish", 1));
        Refused("Column 'Features' has two slots named 'cow'; tell the feature by its number", FeatureIntervention.Set("cow", 1));

        void Refused(string message, FeatureIntervention intervention)
        {
            var step = _ml.ToyModels().Intervene([intervention]);
            Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(() => step.Fit(data)).Message);
        }

        var fitted = _ml.ToyModels().Ablate(["cat"]).Fit(data);
        Assert.Throws<ArgumentOutOfRangeException>(() => fitted.Transform(Views.Dense(_ml)));
        Assert.Throws<ArgumentOutOfRangeException>(() => fitted.GetRowToRowMapper(Views.Dense(_ml).Schema));
    }

    [Fact]
    public void Bad_columns_and_values_are_refused()
    {
        var toys = _ml.ToyModels();

        Assert.StartsWith("Schema mismatch for feature column 'Id'", Assert.Throws<ArgumentOutOfRangeException>(() => toys.Ablate([0], "Id").Fit(Views.Dense(_ml))).Message);
        Assert.Throws<ArgumentException>(() => toys.Intervene([]));
        Assert.Throws<ArgumentException>(() => toys.Ablate(Array.Empty<int>()));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeatureIntervention.Set(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => FeatureIntervention.Scale(1, float.NaN));
        Assert.Throws<ArgumentException>(() => FeatureIntervention.Scale("", 1));
    }

    [Fact]
    public void A_factor_that_leaves_the_finite_numbers_is_refused()
    {
        var data = Views.Dense(_ml, [[0, 0, 2, 0, 0]], 5);

        var e = Assert.Throws<InvalidDataException>(() => _ml.ToyModels().Intervene([FeatureIntervention.Scale(2, 3e38f)]).Fit(data).Transform(data).Column("Features"));

        Assert.StartsWith("Scaling feature 2 of value 2 gives Infinity", e.Message);
    }

    private IDataView Named()
    {
        var definition = Views.Definition<Views.DenseRow>();
        definition["Features"].AddAnnotation(
            "SlotNames", new VBuffer<ReadOnlyMemory<char>>(5, [.. _names.Select(n => n.AsMemory())]), new VectorDataViewType(TextDataViewType.Instance, 5));
        return _ml.Data.LoadFromEnumerable([new Views.DenseRow { Features = Views.Row(0) }], definition);
    }
}
