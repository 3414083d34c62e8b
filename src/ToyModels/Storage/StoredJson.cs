using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ToyModels;

/// <summary>
/// How everything of ours becomes JSON: members in camel case and in the order of their declaration, enumerations by name, null left out, numbers that round-trip.
/// Reading is strict: unknown, repeated, missing or ill-typed members are refused, with the path to them.
/// </summary>
internal static class StoredJson
{
    internal static JsonSerializerOptions Compact { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new EnumNameConverter<ToyModelKind>(),
            new EnumNameConverter<LossReduction>(),
            new EnumNameConverter<StopReason>(),
            new EnumNameConverter<VerdictOutcome>(),
            new EnumNameConverter<RunStatus>(),
            new SnapshotStepsConverter(),
        },
    };

    internal static JsonSerializerOptions Indented { get; } = new(Compact) { WriteIndented = true, NewLine = "\n" };

    /// <summary>Runs a deserialisation and words its errors.</summary>
    /// <param name="what">What is read, for the message.</param>
    /// <param name="read">The deserialisation; null is refused.</param>
    /// <exception cref="InvalidDataException">The JSON is not what it should be.</exception>
    internal static T Read<T>(string what, Func<T?> read) where T : class
    {
        try
        {
            return read() ?? throw new InvalidDataException($"{what} is null.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{what}{(e.Path is null ? "" : $" at {e.Path}")}: {Before(" Path: ", e.Message)}", e);
        }
        catch (NotSupportedException e)
        {
            // So an abstract type is refused that does not tell which of the known ones it is.
            throw new InvalidDataException($"{what}: {Before(" | LineNumber: ", e.Message)}", e);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{what}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static string Before(string mark, string message)
    {
        var end = message.IndexOf(mark, StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    private sealed class SnapshotStepsConverter : JsonConverter<SnapshotSteps>
    {
        public override SnapshotSteps Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var steps = new List<int>();
            for (var isArray = reader.TokenType == JsonTokenType.StartArray; isArray && reader.Read() && reader.TokenType != JsonTokenType.EndArray;)
            {
                steps.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var step)
                    ? step
                    : throw new JsonException($"element {steps.Count} is not a step, a whole number from 0."));
            }

            return reader.TokenType == JsonTokenType.EndArray ? [.. steps] : throw new JsonException($"a {reader.TokenType} is not an array of steps.");
        }

        public override void Write(Utf8JsonWriter writer, SnapshotSteps value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (var step in value)
            {
                writer.WriteNumberValue(step);
            }

            writer.WriteEndArray();
        }
    }

    private sealed class EnumNameConverter<T> : JsonConverter<T> where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            return EnumNames<T>.TryParse(name, out var value)
                ? value
                : throw new JsonException($"{(name is null ? $"a {reader.TokenType}" : $"'{name}'")} is not one of {EnumNames<T>.List}.");
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(EnumNames<T>.Name(value));
    }
}
