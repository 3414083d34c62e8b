using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Nodes;

namespace ToyModels.Pipelines;

/// <summary>
/// The options of a pipeline, read off its options record: the one declaration behind --help, --set and run.json.
/// </summary>
internal sealed class OptionTable
{
    private readonly Func<object> _create;
    private readonly string _pipeline;

    private OptionTable(string pipeline, Type record, Func<object> create)
    {
        _pipeline = pipeline;
        _create = create;
        Declarations =
        [
            .. from property in record.GetProperties(BindingFlags.Public | BindingFlags.Instance)
               let attribute = property.GetCustomAttribute<PipelineOptionAttribute>()
               where attribute is not null
               select new OptionDeclaration(property, attribute, create()),
        ];
    }

    /// <summary>The options, in the order of the record.</summary>
    public ImmutableArray<OptionDeclaration> Declarations { get; }

    /// <summary>The table of an options record.</summary>
    /// <param name="pipeline">The pipeline's name, for messages.</param>
    public static OptionTable Of<TOptions>(string pipeline) where TOptions : class, new() => new(pipeline, typeof(TOptions), () => new TOptions());

    /// <summary>The options record that assignments make of the defaults.</summary>
    /// <param name="assignments">Each of the form name=value.</param>
    /// <exception cref="UsageException">An assignment has another form, an unknown or repeated name, or a value that is not allowed.</exception>
    public object Parse(IEnumerable<string> assignments)
    {
        var options = _create();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var assignment in assignments)
        {
            var split = assignment.IndexOf('=', StringComparison.Ordinal);
            if (split <= 0)
            {
                throw new UsageException($"'{assignment}' sets nothing; write --set name=value.");
            }

            var declaration = Find(assignment[..split].Trim());
            if (!seen.Add(declaration.Name))
            {
                throw new UsageException($"{declaration.Name} is set more than once; set it once.");
            }

            declaration.Set(options, assignment[(split + 1)..].Trim());
        }

        return options;
    }

    /// <summary>An options record as run.json tells it.</summary>
    public JsonObject ToJson(object options) => new(Declarations.Select(d => KeyValuePair.Create(d.Name, (JsonNode?)d.JsonOf(options))));

    /// <summary>The assignments that make an options record of the defaults.</summary>
    /// <param name="options">The record.</param>
    /// <param name="except">Names to leave out.</param>
    public ImmutableArray<(OptionDeclaration Option, string Value)> Departures(object options, params ReadOnlySpan<string> except)
    {
        var departures = ImmutableArray.CreateBuilder<(OptionDeclaration, string)>();
        foreach (var declaration in Declarations)
        {
            var text = declaration.TextOf(options);
            if (text != declaration.Default && !except.Contains(declaration.Name))
            {
                departures.Add((declaration, text));
            }
        }

        return departures.DrainToImmutable();
    }

    private OptionDeclaration Find(string name)
    {
        if (Declarations.FirstOrDefault(d => d.Name == name) is { } found)
        {
            return found;
        }

        var offer = Declarations.IsEmpty
            ? ": it has none."
            : $".{Nearest.Offer(name, [.. Declarations.Select(d => d.Name)])} 'toymodels run {_pipeline} --help' explains them.";
        throw new UsageException($"{_pipeline} has no option '{name}'{offer}");
    }
}
