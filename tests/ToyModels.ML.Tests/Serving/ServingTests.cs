using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

public class ServingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_pool_of_engines_serves_many_threads_from_one_model()
    {
        var fitted = Contexts.Fit(_ml);
        var expected = fitted.Transform(Views.Dense(_ml, 400)).Column("Hidden");
        var policy = new EnginePolicy<Views.DenseRow, Prediction>(_ml, fitted, Views.Definition<Views.DenseRow>());
        var pool = new DefaultObjectPool<PredictionEngine<Views.DenseRow, Prediction>>(policy, maximumRetained: 4);
        var served = new float[400][];

        Parallel.For(0, served.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, r =>
        {
            var engine = pool.Get();
            try
            {
                served[r] = engine.Predict(new Views.DenseRow { Id = r, Features = Views.Row(r) }).Hidden;
            }
            finally
            {
                pool.Return(engine);
            }
        });

        Assert.Equal(Program.Bits(expected), Program.Bits(served));
    }

    [Fact]
    public void Predicting_a_row_leaves_no_garbage()
    {
        var fitted = Contexts.Fit(_ml);
        using var engine = _ml.Model.CreatePredictionEngine<Views.SparseRow, VectorPrediction>(
            fitted, inputSchemaDefinition: Views.Definition<Views.SparseRow>());
        var rows = Enumerable.Range(0, 8).Select(r => new Views.SparseRow { Features = new VBuffer<float>(5, Views.Row(r)) }).ToArray();
        var prediction = new VectorPrediction();
        Predict(2000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Predict(1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(fitted.Transform(Views.Dense(_ml, 8)).Column("Reconstruction")[7], prediction.Reconstruction.DenseValues());

        void Predict(int times)
        {
            for (var t = 0; t < times; t++)
            {
                engine.Predict(rows[t % rows.Length], ref prediction);
            }
        }
    }

    [Fact]
    public void Reading_a_transformed_view_leaves_no_garbage()
    {
        var view = Contexts.Fit(_ml).Transform(_ml.ToyModels().Generate(new FeatureDistribution(5, 0.1f), 1_000_000, seed: 1));
        using var cursor = view.GetRowCursor(view.Schema);
        var hidden = cursor.GetGetter<VBuffer<float>>(view.Schema["Hidden"]);
        var reconstruction = cursor.GetGetter<VBuffer<float>>(view.Schema["Reconstruction"]);
        var loss = cursor.GetGetter<float>(view.Schema["Loss"]);
        VBuffer<float> vector = default, another = default;
        var scalar = 0f;
        Read(20_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Read(20_000);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);

        void Read(int rows)
        {
            for (var r = 0; r < rows; r++)
            {
                cursor.MoveNext();
                hidden(ref vector);
                reconstruction(ref another);
                loss(ref scalar);
            }
        }
    }

    #region pool
    /// <summary>Engines over one model: its weights are shared and never written, each engine serves one thread at a time.</summary>
    private sealed class EnginePolicy<TRow, TPrediction>(MLContext mlContext, ITransformer model, SchemaDefinition? rows = null)
        : PooledObjectPolicy<PredictionEngine<TRow, TPrediction>>
        where TRow : class
        where TPrediction : class, new()
    {
        public override PredictionEngine<TRow, TPrediction> Create() =>
            mlContext.Model.CreatePredictionEngine<TRow, TPrediction>(model, new PredictionEngineOptions { InputSchemaDefinition = rows, OwnsTransformer = false });

        public override bool Return(PredictionEngine<TRow, TPrediction> obj) => true;
    }
    #endregion

    private sealed class Prediction
    {
        public float[] Hidden { get; set; } = [];
    }

    private sealed class VectorPrediction
    {
        public VBuffer<float> Hidden { get; set; }

        public VBuffer<float> Reconstruction { get; set; }

        public float Loss { get; set; }
    }
}
