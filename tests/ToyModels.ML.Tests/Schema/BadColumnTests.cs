using EstimatorContracts;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

public class BadColumnTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string, string> Refused => new()
    {
        { "Nope", "Could not find feature column 'Nope'" },
        { "Id", "Schema mismatch for feature column 'Id': expected Vector<Single>, got Int32" },
        { "Any", "Schema mismatch for feature column 'Any': expected Vector<Single>, got VarVector<Single>" },
        { "Text", "Schema mismatch for feature column 'Text': expected Vector<Single>, got String" },
        { "Doubles", "Schema mismatch for feature column 'Doubles': expected Vector<Single>, got Vector<Double>" },
        { "Key", "Schema mismatch for feature column 'Key': expected Vector<Single>, got Key<UInt32>" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void The_promise_refuses_in_the_words_of_ml_net(string column, string message)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => Estimator(column).GetOutputSchema(Shape.Of(Data())));

        Assert.StartsWith(message, e.Message);
        Assert.Equal("inputSchema", e.ParamName);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_chain_refuses_before_any_step_of_it_is_fitted(string column, string message)
    {
        var trainer = new FixedTrainer();
        var chain = _ml.Transforms.CopyColumns("Copy", "Id").Append(Estimator(column, trainer));

        var e = Assert.Throws<ArgumentOutOfRangeException>(() => chain.Fit(Data()));

        Assert.StartsWith(message, e.Message);
        Assert.Empty(trainer.Calls);
    }

    [Fact]
    public void Transforming_refuses_a_vector_of_another_size()
    {
        var fitted = Contexts.Fit(_ml);

        var e = Assert.Throws<ArgumentOutOfRangeException>(() => fitted.Transform(Views.Dense(_ml, [[1, 2, 3, 4]], 4)));

        Assert.StartsWith("Schema mismatch for feature column 'Features': expected Vector<Single, 5>, got Vector<Single, 4>", e.Message);
    }

    [Fact]
    public void Names_of_output_columns_must_differ_and_one_must_be_given()
    {
        var none = Contexts.AllColumns() with { HiddenColumnName = null, ReconstructionColumnName = null, LossColumnName = null };
        Assert.Contains("name at least one column", Assert.Throws<ArgumentException>(() => _ml.ToyModels().ToyModel(none)).Message);
        var twice = Contexts.AllColumns() with { LossColumnName = "Hidden" };
        Assert.Contains("Two output columns are named 'Hidden'", Assert.Throws<ArgumentException>(() => _ml.ToyModels().ToyModel(twice)).Message);
        var empty = Contexts.AllColumns() with { FeatureColumnName = " " };
        Assert.Contains("FeatureColumnName is empty", Assert.Throws<ArgumentException>(() => _ml.ToyModels().ToyModel(empty)).Message);
    }

    private ToyModelEstimator Estimator(string column, FixedTrainer? trainer = null) =>
        _ml.ToyModels().ToyModel(Contexts.AllColumns(trainer) with { FeatureColumnName = column });

    private IDataView Data()
    {
        var definition = SchemaDefinition.Create(typeof(Mixed));
        definition["Key"].ColumnType = new KeyDataViewType(typeof(uint), 4);
        return _ml.Data.LoadFromEnumerable([new Mixed()], definition);
    }

    private sealed class Mixed
    {
        public int Id { get; set; }

        public float[] Any { get; set; } = [1, 2];

        public string Text { get; set; } = "a";

        [VectorType(2)]
        public double[] Doubles { get; set; } = [1, 2];

        public uint Key { get; set; } = 1;
    }
}
