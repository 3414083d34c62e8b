namespace ToyModels;

/// <summary>The names of <see cref="ToyModelKind"/> in files and on the command line.</summary>
public static class ToyModelKinds
{
    /// <summary>The name of a kind: <c>linear</c> or <c>relu-output</c>.</summary>
    /// <param name="kind">The kind.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not one of the enumeration.</exception>
    public static string Name(ToyModelKind kind) => EnumNames<ToyModelKind>.Name(kind);

    /// <summary>The kind of a name.</summary>
    /// <param name="name">The name exactly as <see cref="Name"/> gives it.</param>
    /// <exception cref="ArgumentException">There is no kind of that name.</exception>
    public static ToyModelKind Parse(string name) =>
        EnumNames<ToyModelKind>.TryParse(name, out var kind)
            ? kind
            : throw new ArgumentException($"'{name}' is not a model; it must be one of {EnumNames<ToyModelKind>.List}.", nameof(name));
}
