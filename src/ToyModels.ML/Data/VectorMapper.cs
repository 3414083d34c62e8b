using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>A step that adds one vector column, computed from another, bound to the schema of its rows.</summary>
internal sealed class VectorMapper : IRowToRowMapper
{
    private readonly int _output;

    /// <param name="inputSchema">The schema that goes in.</param>
    /// <param name="rows">Checks the rows of the column that is read.</param>
    /// <param name="input">The column that is read.</param>
    /// <param name="output">Name of the column that is added.</param>
    /// <param name="annotations">Its annotations.</param>
    /// <param name="createMap">Makes what computes it, for one thread.</param>
    internal VectorMapper(
        DataViewSchema inputSchema,
        RowReading rows,
        DataViewSchema.Column input,
        string output,
        DataViewSchema.Annotations annotations,
        Func<VectorMap> createMap)
    {
        InputSchema = inputSchema;
        Rows = rows;
        Input = input;
        CreateMap = createMap;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumn(output, new VectorDataViewType(NumberDataViewType.Single, rows.Count), annotations);
        OutputSchema = builder.ToSchema();
        _output = inputSchema.Count;
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    internal RowReading Rows { get; }

    internal DataViewSchema.Column Input { get; }

    internal Func<VectorMap> CreateMap { get; }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var active = RowAccess.Active(OutputSchema, dependingColumns);
        return InputSchema.Where(c => active[c.Index] || (active[_output] && c.Index == Input.Index));
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Schema == InputSchema
            ? new VectorRow(this, input, RowAccess.Active(OutputSchema, activeColumns))
            : throw new ArgumentException("The row has another schema than the one that the step was bound to.", nameof(input));
    }
}
