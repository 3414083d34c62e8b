using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

/// <summary>Small views and ways to read them.</summary>
internal static class Views
{
    internal const int FeatureCount = 5;

    internal static float[] Row(int r) => [r % 3 == 0 ? 0 : 0.25f, 0, (r % 7) / 8f, r % 5 == 0 ? 0.5f : 0, 1f / (r + 1)];

    /// <summary>Dense rows of a fixed size that ML.NET knows of.</summary>
    internal static IDataView Dense(MLContext ml, int rows = 40, string column = "Features") => Dense(ml, Enumerable.Range(0, rows).Select(Row), FeatureCount, column);

    internal static IDataView Dense(MLContext ml, IEnumerable<float[]> rows, int size, string column = "Features") =>
        ml.Data.LoadFromEnumerable(rows.Select((r, id) => new DenseRow { Id = id, Features = r }).ToArray(), Definition<DenseRow>(size, column));

    /// <summary>The same rows as sparse vectors.</summary>
    internal static IDataView Sparse(MLContext ml, int rows = 40) =>
        ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(r => new SparseRow { Id = r, Features = ToSparse(Row(r)) }).ToArray(), Definition<SparseRow>(FeatureCount));

    internal static SchemaDefinition Definition<T>(int size = FeatureCount, string column = "Features")
    {
        var definition = SchemaDefinition.Create(typeof(T));
        definition["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, size);
        definition["Features"].ColumnName = column;
        return definition;
    }

    /// <summary>All rows of a vector column through one cursor.</summary>
    internal static float[][] Column(this IDataView view, string name, Random? random = null)
    {
        var column = view.Schema[name];
        using var cursor = view.GetRowCursor([column], random);
        return [.. Read(cursor, column)];
    }

    internal static IEnumerable<float[]> Read(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> row = default;
        while (cursor.MoveNext())
        {
            getter(ref row);
            yield return [.. row.DenseValues()];
        }
    }

    internal static float[] Annotation(DataViewSchema.Column column, string name)
    {
        VBuffer<float> values = default;
        column.Annotations.GetValue(name, ref values);
        return [.. values.DenseValues()];
    }

    internal static float[] Scalars(this IDataView view, string name) => [.. view.GetColumn<float>(name)];

    private static VBuffer<float> ToSparse(float[] row)
    {
        var indices = Enumerable.Range(0, row.Length).Where(i => row[i] != 0).ToArray();
        return new VBuffer<float>(row.Length, indices.Length, [.. indices.Select(i => row[i])], indices);
    }

    internal sealed class DenseRow
    {
        public int Id { get; set; }

        public float[] Features { get; set; } = [];
    }

    internal sealed class SparseRow
    {
        public int Id { get; set; }

        public VBuffer<float> Features { get; set; }
    }
}
