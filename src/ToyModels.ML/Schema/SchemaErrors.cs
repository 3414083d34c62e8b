using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML;

/// <summary>Bad columns, refused with ML.NET's exception types and texts.</summary>
internal static class SchemaErrors
{
    internal const string FeatureRole = "feature";

    private const string InputSchema = "inputSchema";

    internal static ArgumentOutOfRangeException NotFound(string role, string column, string parameter = InputSchema) =>
        new(parameter, $"Could not find {role} column '{column}'");

    internal static ArgumentOutOfRangeException Mismatch(string role, string column, string expected, string actual, string parameter = InputSchema) =>
        new(parameter, $"Schema mismatch for {role} column '{column}': expected {expected}, got {actual}");

    /// <summary>A column without the one slot that is meant.</summary>
    internal static ArgumentOutOfRangeException NoSlot(string column, FormattableString what, FormattableString instead, string parameter = InputSchema) =>
        new(parameter, $"Column '{column}' has {FormattableString.Invariant(what)}; {FormattableString.Invariant(instead)}.");

    /// <summary>A fixed-size vector of Single in a promised schema, whose size is not known yet.</summary>
    internal static SchemaShape.Column RequireFeatures(SchemaShape schema, string column)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var found = Require(schema, FeatureRole, column);
        if (found.Kind != SchemaShape.Column.VectorKind.Vector || !found.ItemType.Equals(NumberDataViewType.Single) || found.IsKey)
        {
            throw Mismatch(FeatureRole, column, "Vector<Single>", TypeOf(found) + HowToSize(found.Kind == SchemaShape.Column.VectorKind.VariableVector));
        }

        return found;
    }

    internal static SchemaShape.Column Require(SchemaShape schema, string role, string column)
    {
        ArgumentNullException.ThrowIfNull(schema);
        foreach (var candidate in schema)
        {
            if (candidate.Name == column)
            {
                return candidate;
            }
        }

        throw NotFound(role, column);
    }

    /// <summary>A vector of Single of the given size; of any fixed size for null.</summary>
    internal static DataViewSchema.Column RequireVector(DataViewSchema schema, string role, string column, int? size = null)
    {
        var found = Require(schema, role, column);
        if (found.Type is not VectorDataViewType { IsKnownSize: true } vector
            || !vector.ItemType.Equals(NumberDataViewType.Single)
            || (size is { } expected && vector.Size != expected))
        {
            var wanted = size is { } s ? new VectorDataViewType(NumberDataViewType.Single, s).ToString()! : "Vector<Single>";
            throw Mismatch(
                role, column, wanted,
                found.Type is VectorDataViewType { IsKnownSize: false } unsized ? $"VarVector<{unsized.ItemType}>{HowToSize(true)}" : found.Type.ToString()!);
        }

        return found;
    }

    internal static DataViewSchema.Column Require(DataViewSchema schema, string role, string column)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return schema.GetColumnOrNull(column) ?? throw NotFound(role, column);
    }

    private static string HowToSize(bool isLost) => isLost
        ? ": the vector's size is not part of its type. Where all rows have one size, say it: [VectorType(n)] on the member that the rows are loaded or mapped from"
        : "";

    private static string TypeOf(SchemaShape.Column column)
    {
        var item = column.IsKey ? $"Key<{column.ItemType}>" : column.ItemType.ToString();
        return column.Kind switch
        {
            SchemaShape.Column.VectorKind.Vector => $"Vector<{item}>",
            SchemaShape.Column.VectorKind.VariableVector => $"VarVector<{item}>",
            _ => item!,
        };
    }
}
