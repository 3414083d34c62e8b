using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ToyModels.Pipelines;

/// <summary>One option of a pipeline: its name, its default, what it allows, and the way from text to value and back.</summary>
internal sealed class OptionDeclaration
{
    private readonly PropertyInfo _property;
    private readonly PipelineOptionAttribute _attribute;

    internal OptionDeclaration(PropertyInfo property, PipelineOptionAttribute attribute, object defaults)
    {
        _property = property;
        _attribute = attribute;
        Name = JsonNamingPolicy.KebabCaseLower.ConvertName(property.Name);
        Default = Format(ValueOf(defaults));
    }

    /// <summary>Its name on the command line and in run.json.</summary>
    public string Name { get; }

    /// <summary>What it sets.</summary>
    public string Description => _attribute.Description;

    /// <summary>Its default, as one would type it.</summary>
    public string Default { get; }

    /// <summary>What it takes, in words.</summary>
    public string Allowed => _property.PropertyType switch
    {
        var t when t == typeof(int) => $"a whole number {RangeText}",
        var t when t == typeof(float) => $"a number {RangeText}",
        var t when t == typeof(ImmutableArray<float>) => $"numbers {RangeText}, separated by commas",
        var t when t == typeof(ImmutableArray<string>) => $"one or more of {string.Join(", ", _attribute.Names)}, separated by commas",
        var t => throw new NotSupportedException($"Options of type {t} are not supported."),
    };

    private string RangeText => (double.IsFinite(_attribute.Min), double.IsFinite(_attribute.Max)) switch
    {
        (true, true) => string.Create(CultureInfo.InvariantCulture, $"from {(decimal)_attribute.Min} to {(decimal)_attribute.Max}"),
        (true, false) => string.Create(CultureInfo.InvariantCulture, $"of at least {(decimal)_attribute.Min}"),
        (false, true) => string.Create(CultureInfo.InvariantCulture, $"of at most {(decimal)_attribute.Max}"),
        _ => "of any size",
    };

    /// <summary>Its value in an options record.</summary>
    public object ValueOf(object options) => _property.GetValue(options)!;

    /// <summary>Its value in an options record, as one would type it.</summary>
    public string TextOf(object options) => Format(ValueOf(options));

    /// <summary>Its value in an options record, for run.json.</summary>
    public JsonNode JsonOf(object options) => ValueOf(options) switch
    {
        int number => JsonValue.Create(number),
        float number => JsonValue.Create(number),
        ImmutableArray<float> numbers => new JsonArray([.. numbers.Select(v => (JsonNode)JsonValue.Create(v))]),
        ImmutableArray<string> names => new JsonArray([.. names.Select(v => (JsonNode)JsonValue.Create(v))]),
        var other => throw new NotSupportedException($"Options of type {other.GetType()} are not supported."),
    };

    /// <summary>Sets it in an options record.</summary>
    /// <exception cref="UsageException">The text is no such value, or a value that is not allowed.</exception>
    public void Set(object options, string text) => _property.SetValue(options, Parse(text));

    private object Parse(string text)
    {
        if (_property.PropertyType == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && IsInRange(whole) ? whole : throw Refuse(text);
        }

        if (_property.PropertyType == typeof(float))
        {
            return Number(text, text);
        }

        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var repeated = parts.GroupBy(p => p, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (repeated is not null)
        {
            throw new UsageException($"{Name} names '{repeated.Key}' {repeated.Count()} times; name each once.");
        }

        return _property.PropertyType == typeof(ImmutableArray<float>)
            ? parts.Select(p => Number(p, text)).ToImmutableArray()
            : parts.Select(p => KnownName(p, text)).ToImmutableArray();
    }

    private float Number(string part, string text) =>
        float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number) && IsInRange(number) ? number : throw Refuse(text);

    private string KnownName(string part, string text) => Array.IndexOf(_attribute.Names, part) >= 0 ? part : throw Refuse(text, Nearest.Offer(part, _attribute.Names));

    // A bound of 0.1 means the float 0.1, which lies a little above the double.
    private bool IsInRange(float number) => number >= (float)_attribute.Min && number <= (float)_attribute.Max;

    private bool IsInRange(int number) => number >= _attribute.Min && number <= _attribute.Max;

    private UsageException Refuse(string text, string offer = "") => new($"{Name} is '{text}', but takes {Allowed}.{offer}");

    private static string Format(object value) => value switch
    {
        ImmutableArray<float> numbers => string.Join(',', numbers.Select(v => v.ToString(CultureInfo.InvariantCulture))),
        ImmutableArray<string> names => string.Join(',', names),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
