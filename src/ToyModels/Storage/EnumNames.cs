using System.Collections.Frozen;
using System.Text.Json;

namespace ToyModels;

/// <summary>The names by which files and the command line know the values of an enumeration: its own, in lower case with hyphens (relu-output).</summary>
internal static class EnumNames<T> where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> _names =
        Enum.GetValues<T>().ToFrozenDictionary(value => value, value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));

    private static readonly FrozenDictionary<string, T> _values = _names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    /// <summary>All names, for people to choose from.</summary>
    internal static string List { get; } = string.Join(", ", Enum.GetValues<T>().Select(Name));

    internal static string Name(T value) => _names[Guard.Defined(value)];

    internal static bool TryParse(string? name, out T value)
    {
        value = default;
        return name is not null && _values.TryGetValue(name, out value);
    }
}
