using Microsoft.ML;
using Microsoft.ML.Data;
using ToyModels.ML;

namespace ToyModels.Benchmarks;

/// <summary>Processor seconds that h and x' of all rows take: by the engine's forward pass over a batch, and by cursors of transformed views. One thread each.</summary>
internal static class TransformViews
{
    public static IReadOnlyList<(string Name, Func<double> Measure)> Measures((int Features, int Hidden, float Density, int Rows) shape)
    {
        var (n, m, density, count) = shape;
        var mlContext = new MLContext(seed: 1);
        var generated = mlContext.ToyModels().Generate(new FeatureDistribution(n, density), count, seed: 1);
        var model = mlContext.ToyModels().ToyModel(m, reconstructionColumnName: "Reconstruction", steps: 10, seed: 1).Fit(generated);
        var rows = Rows(generated, n).ToArray();
        var features = rows.SelectMany(row => row.Features).ToArray();
        var (hidden, reconstruction) = (new float[(long)count * m], new float[(long)count * n]);
        var definition = SchemaDefinition.Create(typeof(Row));
        definition[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, n);
        var memory = mlContext.Data.LoadFromEnumerable(rows, definition);
        var cached = mlContext.Data.Cache(memory);
        return
        [
            ("batch forward", () => Time(() =>
            {
                model.Model.EncodeBatch(features, hidden);
                model.Model.DecodeBatch(hidden, reconstruction);
            })),
            ("transform of rows in memory", () => Time(() => Read(model.Transform(memory), "Hidden", "Reconstruction"))),
            ("transform of a cached view", () => Time(() => Read(model.Transform(cached), "Hidden", "Reconstruction"))),
            ("transform of the generator", () => Time(() => Read(model.Transform(generated), "Hidden", "Reconstruction"))),
            ("transform of rows in memory, with Features", () => Time(() => Read(model.Transform(memory), "Hidden", "Reconstruction", "Features"))),
            ("reading rows in memory", () => Time(() => Read(memory, "Features"))),
            ("reading a cached view", () => Time(() => Read(cached, "Features"))),
            ("reading the generator", () => Time(() => Read(generated, "Features"))),
        ];
    }

    private static double Time(Action action)
    {
        var start = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    private static void Read(IDataView view, params string[] columns)
    {
        using var cursor = view.GetRowCursor(columns.Select(name => view.Schema[name]));
        var getters = columns.Select(name => cursor.GetGetter<VBuffer<float>>(view.Schema[name])).ToArray();
        var values = new VBuffer<float>[columns.Length];
        while (cursor.MoveNext())
        {
            for (var c = 0; c < getters.Length; c++)
            {
                getters[c](ref values[c]);
            }
        }
    }

    private static IEnumerable<Row> Rows(IDataView view, int features)
    {
        using var cursor = view.GetRowCursor(view.Schema);
        var getter = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
        VBuffer<float> row = default;
        while (cursor.MoveNext())
        {
            getter(ref row);
            var values = new float[features];
            row.CopyTo(values);
            yield return new Row { Features = values };
        }
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];
    }
}
