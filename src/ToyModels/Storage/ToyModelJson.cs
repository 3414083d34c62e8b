using System.Text.Json;
using System.Text.Json.Nodes;

namespace ToyModels;

/// <summary>
/// Options as JSON: data only, from closed lists of names. Numbers come back with the same bits; members that are null are left out; members that are
/// missing take the defaults of <see cref="ToyModelOptions"/>.
/// </summary>
public static class ToyModelJson
{
    /// <summary>The options as a JSON object.</summary>
    /// <param name="options">The options.</param>
    public static JsonObject Write(ToyModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return JsonSerializer.SerializeToNode(options, StoredJson.Compact)!.AsObject();
    }

    /// <summary>The options of a JSON object.</summary>
    /// <param name="json">The object that <see cref="Write"/> gives, or one like it.</param>
    /// <exception cref="InvalidDataException">A member is unknown, missing, of the wrong type, or out of range; the message tells where and what is allowed.</exception>
    public static ToyModelOptions Read(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Validated(StoredJson.Read("options", () => json.Deserialize<ToyModelOptions>(StoredJson.Compact)));
    }

    /// <summary>The options of a JSON text.</summary>
    /// <param name="json">One JSON object.</param>
    /// <exception cref="InvalidDataException">
    /// The text is not JSON, or a member is unknown, repeated, missing, of the wrong type, or out of range; the message tells where and what is allowed.
    /// </exception>
    public static ToyModelOptions Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Validated(StoredJson.Read("options", () => JsonSerializer.Deserialize<ToyModelOptions>(json, StoredJson.Compact)));
    }

    private static ToyModelOptions Validated(ToyModelOptions options)
    {
        try
        {
            options.Validate();
            return options;
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"options: {e.Message}", e);
        }
    }
}
