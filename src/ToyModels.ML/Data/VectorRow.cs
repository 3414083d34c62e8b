using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>One row with the column that a <see cref="VectorMapper"/> adds.</summary>
internal sealed class VectorRow(VectorMapper mapper, DataViewRow input, bool[] active) : DataViewRow
{
    public override DataViewSchema Schema => mapper.OutputSchema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => RowAccess.IsActive(active, column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        RowAccess.RequireActive(active, column);
        return column.Index < mapper.InputSchema.Count
            ? input.GetGetter<TValue>(mapper.InputSchema[column.Index])
            : RowAccess.Typed<TValue>(Mapped());
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            input.Dispose();
        }

        base.Dispose(disposing);
    }

    private ValueGetter<VBuffer<float>> Mapped()
    {
        var getInput = input.GetGetter<VBuffer<float>>(mapper.Input);
        var map = mapper.CreateMap();
        VBuffer<float> row = default;
        return (ref VBuffer<float> destination) =>
        {
            RowAccess.RequirePosition(input.Position);
            getInput(ref row);
            mapper.Rows.Require(row, input.Position);
            map(row, ref destination);
        };
    }
}
