using Microsoft.ML;
using Microsoft.ML.Data;

namespace ToyModels.ML.Tests;

/// <summary>Compares a promised schema with a delivered one, annotations included, in both directions.</summary>
internal static class SchemaAssert
{
    internal static void Same(SchemaShape promised, DataViewSchema delivered) =>
        Assert.Equal(Lines(promised).Order(), Lines(delivered).Order());

    /// <summary>The shape of a schema: ML.NET makes one itself when a chain is fitted, but keeps the call internal.</summary>
    internal static SchemaShape ShapeOf(DataViewSchema schema) =>
        (SchemaShape)typeof(SchemaShape).GetMethod("Create", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.Invoke(null, [schema])!;

    private static IEnumerable<string> Lines(SchemaShape shape) =>
        shape.Select(c => $"{c.Name}: {c.Kind} {c.ItemType} key={c.IsKey}; {string.Join(", ", c.Annotations.Select(a => $"{a.Name}: {a.Kind} {a.ItemType} key={a.IsKey}").Order())}");

    private static IEnumerable<string> Lines(DataViewSchema schema) =>
        schema.Where(c => !c.IsHidden).Select(c => $"{c.Name}: {Text(c.Type)}; {string.Join(", ", c.Annotations.Schema.Select(a => $"{a.Name}: {Text(a.Type)}").Order())}");

    private static string Text(DataViewType type) => type switch
    {
        VectorDataViewType { IsKnownSize: true } v => $"Vector {v.ItemType} key=False",
        VectorDataViewType v => $"VariableVector {v.ItemType} key=False",
        _ => $"Scalar {type} key=False",
    };
}
