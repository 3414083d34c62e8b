using EstimatorContracts;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

/// <summary>Every step of this library keeps the contract of ML.NET's steps; and so do ML.NET's, which shows that the contract is theirs.</summary>
public class EstimatorContractTests
{
    private static readonly DataViewType[] _notFeatures =
    [
        NumberDataViewType.Single,
        NumberDataViewType.Int32,
        TextDataViewType.Instance,
        new VectorDataViewType(NumberDataViewType.Double, Views.FeatureCount),
        new VectorDataViewType(NumberDataViewType.Single),
        new VectorDataViewType(TextDataViewType.Instance, Views.FeatureCount),
        new VectorDataViewType(new KeyDataViewType(typeof(uint), 4), Views.FeatureCount),
        new KeyDataViewType(typeof(uint), 4),
    ];

    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData("Hidden", "Reconstruction", "Loss")]
    [InlineData("Hidden", null, null)]
    [InlineData(null, "Reconstruction", null)]
    [InlineData(null, null, "Loss")]
    [InlineData("H", "Features", "L")]
    public void A_toy_model_keeps_the_contract(string? hidden, string? reconstruction, string? loss) =>
        EstimatorContract.Verify(Features(
            _ml.ToyModels().ToyModel(
                Contexts.AllColumns() with { HiddenColumnName = hidden, ReconstructionColumnName = reconstruction, LossColumnName = loss }),
            Views.Dense(_ml)));

    [Fact]
    public void A_toy_model_keeps_the_contract_on_sparse_rows_and_on_generated_ones()
    {
        var toys = _ml.ToyModels();

        EstimatorContract.Verify(Features(toys.ToyModel(Contexts.AllColumns()), Views.Sparse(_ml)));
        EstimatorContract.Verify(Features(toys.ToyModel(Contexts.AllColumns()), toys.Generate(new FeatureDistribution(5, 0.2f), 3000, seed: 1, Importance.Geometric(0.5f))));
    }

    [Theory]
    [InlineData("Hidden")]
    [InlineData("Reconstruction")]
    [InlineData("Loss")]
    public void The_metrics_step_keeps_the_contract(string column)
    {
        var rows = Contexts.Fit(_ml).Transform(Views.Dense(_ml));

        EstimatorContract.Verify(new ContractSubject(_ml.ToyModels().FeatureMetrics(column), rows)
        {
            LoadingContext = Contexts.Registered,
            Inputs = [new InputColumn(column)],
            Refusals =
            [
                new Refusal(_ml.Transforms.NormalizeMinMax(column).Fit(rows).Transform(rows), typeof(InvalidOperationException), "directly after the step ToyModel"),
            ],
        });
    }

    [Fact]
    public void A_chain_of_ml_net_s_steps_and_ours_keeps_the_contract() =>
        EstimatorContract.Verify(new ContractSubject(
            _ml.Transforms.NormalizeMinMax("Scaled", "Raw")
                .Append(_ml.ToyModels().ToyModel(Contexts.AllColumns() with { FeatureColumnName = "Scaled" }))
                .Append(_ml.Transforms.Concatenate("Both", "Hidden", "Reconstruction"))
                .Append(_ml.Clustering.Trainers.KMeans("Both", numberOfClusters: 2)),
            Views.Dense(_ml, column: "Raw"))
        {
            LoadingContext = Contexts.Registered,
        });

    [Theory]
    [InlineData(0.02f)]
    [InlineData(0.5f)]
    public void The_generated_view_keeps_the_contract(float density)
    {
        var generated = _ml.ToyModels().Generate(new FeatureDistribution(6, density), 2500, seed: 3, Importance.Geometric(0.5f));

        EstimatorContract.Verify(generated);
        EstimatorContract.Verify(Contexts.Fit(_ml, null, generated).Transform(generated));
    }

    [Fact]
    public void The_tables_of_metrics_keep_the_contract()
    {
        var fitted = Contexts.Fit(_ml);

        EstimatorContract.Verify(_ml.ToyModels().FeatureMetrics(fitted));
        EstimatorContract.Verify(_ml.ToyModels().PairMetrics(fitted));
    }

    /// <summary>Refusals by the few of them that word them alike in every call: many of ML.NET's steps, fitted outside a chain, have words of their own.</summary>
    [Fact]
    public void Ml_net_s_own_steps_keep_the_contract()
    {
        var rows = Views.Dense(_ml);
        var numbers = new InputColumn("Features", TextDataViewType.Instance, new VectorDataViewType(TextDataViewType.Instance, Views.FeatureCount));

        EstimatorContract.Verify(new ContractSubject(_ml.Transforms.CopyColumns("Copy", "Features"), rows) { Inputs = [new InputColumn("Features")] });
        EstimatorContract.Verify(new ContractSubject(_ml.Transforms.NormalizeMinMax("Scaled", "Features"), rows));
        EstimatorContract.Verify(new ContractSubject(_ml.Transforms.NormalizeLpNorm("Scaled", "Features"), rows) { Inputs = [numbers] });
        EstimatorContract.Verify(new ContractSubject(_ml.Transforms.ProjectToPrincipalComponents("Pca", "Features", rank: 2, seed: 1), rows));
        EstimatorContract.Verify(new ContractSubject(_ml.Clustering.Trainers.KMeans("Features", numberOfClusters: 2), rows));
        EstimatorContract.Verify(new ContractSubject(_ml.Transforms.Concatenate("Both", "Features", "Features"), rows));
    }

    private static ContractSubject Features(ToyModelEstimator estimator, IDataView rows) => new(estimator, rows)
    {
        LoadingContext = Contexts.Registered,
        Inputs =
        [
            new InputColumn("Features", _notFeatures)
            {
                RefusedOnceFitted = [new VectorDataViewType(NumberDataViewType.Single, Views.FeatureCount + 1), new VectorDataViewType(NumberDataViewType.Single, 1, Views.FeatureCount + 1)],
            },
        ],
    };
}
