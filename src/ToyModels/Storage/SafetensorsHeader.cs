using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace ToyModels;

/// <summary>The JSON header of a safetensors file: what its bytes mean, checked in itself before any of them is read.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Longest header that the format allows, in bytes.</summary>
    internal const int LongestLength = 100_000_000;

    private const string MetadataKey = "__metadata__";
    private const string Float32 = "F32";

    // The deepest thing that the format knows is a number in an array of a tensor's entry.
    private static readonly JsonDocumentOptions _parsing = new() { AllowDuplicateProperties = false, MaxDepth = 3 };

    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private SafetensorsHeader(ImmutableSortedDictionary<string, string> metadata, ImmutableArray<Entry> entries)
    {
        Metadata = metadata;
        Entries = entries;
    }

    /// <summary>The texts under <c>__metadata__</c>; none where it is missing.</summary>
    internal ImmutableSortedDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of their bytes, which follow each other without hole or overlap from offset 0.</summary>
    internal ImmutableArray<Entry> Entries { get; }

    /// <summary>Bytes that the tensors take together.</summary>
    internal long DataLength => Entries.IsEmpty ? 0 : Entries[^1].End;

    /// <summary>Reads a header.</summary>
    /// <exception cref="InvalidDataException">It breaks a rule of the format, or a tensor is not of 32-bit floats.</exception>
    internal static SafetensorsHeader Parse(ReadOnlyMemory<byte> header)
    {
        if (header.IsEmpty || header.Span[0] != '{')
        {
            throw new InvalidDataException("the header does not begin with '{'; this is not a safetensors file.");
        }

        if (!Utf8.IsValid(header.Span))
        {
            throw new InvalidDataException("the header is not UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(header, _parsing);
            return Parse(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"the header is not the JSON of a safetensors file: {e.Message}", e);
        }
    }

    /// <summary>The header of tensors that lie one after the other in the order of their names, with its length before it and padded to a multiple of 8.</summary>
    /// <exception cref="ArgumentException">The header would be longer than the format allows.</exception>
    internal static byte[] Format(ImmutableSortedDictionary<string, string> metadata, ImmutableSortedDictionary<string, FloatTensor> tensors)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[sizeof(ulong)]);
        using (var json = new Utf8JsonWriter(buffer, _writing))
        {
            WriteJson(json, metadata, tensors);
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        var length = buffer.Length - sizeof(ulong);
        if (length > LongestLength)
        {
            throw new ArgumentException($"the header would take {length} bytes; safetensors allows {LongestLength}. Write fewer instances to one file.", nameof(metadata));
        }

        var bytes = buffer.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)length);
        return bytes;
    }

    private static void WriteJson(Utf8JsonWriter json, ImmutableSortedDictionary<string, string> metadata, ImmutableSortedDictionary<string, FloatTensor> tensors)
    {
        var offset = 0L;
        json.WriteStartObject();
        foreach (var name in tensors.Keys.Append(MetadataKey).Order(StringComparer.Ordinal))
        {
            json.WriteStartObject(name);
            if (name == MetadataKey)
            {
                foreach (var (key, text) in metadata)
                {
                    json.WriteString(key, text);
                }
            }
            else
            {
                var tensor = tensors[name];
                var end = offset + ((long)tensor.Values.Length * sizeof(float));
                WriteNumbers(json, "data_offsets", [offset, end]);
                json.WriteString("dtype", Float32);
                WriteNumbers(json, "shape", tensor.Shape);
                offset = end;
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ImmutableArray<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static SafetensorsHeader Parse(JsonElement root)
    {
        var metadata = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var entries = new List<Entry>();
        foreach (var member in root.EnumerateObject())
        {
            if (member.Name != MetadataKey)
            {
                entries.Add(ParseEntry(member.Name, member.Value));
                continue;
            }

            foreach (var text in member.Value.EnumerateObject())
            {
                metadata.Add(text.Name, text.Value.ValueKind == JsonValueKind.String
                    ? text.Value.GetString()!
                    : throw new InvalidDataException($"{MetadataKey} member '{text.Name}' is {text.Value.GetRawText()}; it must be a string."));
            }
        }

        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        var offset = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != offset)
            {
                throw new InvalidDataException(
                    $"tensor '{entry.Name}' begins at byte {entry.Begin} of the data, but must begin at {offset}: tensors follow each other without hole or overlap.");
            }

            offset = entry.End;
        }

        return new SafetensorsHeader(metadata.ToImmutable(), [.. entries]);
    }

    private static Entry ParseEntry(string name, JsonElement value)
    {
        string? dtype = null;
        ImmutableArray<long> shape = default, offsets = default;
        foreach (var member in value.EnumerateObject())
        {
            switch (member.Name)
            {
                case "dtype":
                    dtype = member.Value.GetString();
                    break;
                case "shape":
                    shape = ParseNumbers(name, member);
                    break;
                case "data_offsets":
                    offsets = ParseNumbers(name, member);
                    break;
                default:
                    throw new InvalidDataException($"tensor '{name}' has a member '{member.Name}'; the format knows dtype, shape and data_offsets.");
            }
        }

        if (dtype is null || shape.IsDefault || offsets.IsDefault || offsets.Length != 2)
        {
            throw new InvalidDataException($"tensor '{name}' must have a dtype, a shape and two data_offsets.");
        }

        if (dtype != Float32)
        {
            throw new InvalidDataException($"tensor '{name}' has dtype {dtype}; this library reads {Float32}. Convert it to 32-bit floats.");
        }

        if (FloatTensor.CountOf(shape.AsSpan()) is not { } count || offsets[0] > offsets[1] || (Int128)count * sizeof(float) != offsets[1] - offsets[0])
        {
            throw new InvalidDataException(
                $"tensor '{name}' of shape [{string.Join(", ", shape)}] cannot lie at data_offsets [{string.Join(", ", offsets)}]: they must span {sizeof(float)} bytes an element.");
        }

        return count <= Array.MaxLength
            ? new Entry(name, shape, (int)count, offsets[0], offsets[1])
            : throw new InvalidDataException($"tensor '{name}' has {count} elements; this library reads at most {Array.MaxLength} a tensor.");
    }

    private static ImmutableArray<long> ParseNumbers(string tensor, JsonProperty member) =>
        [.. member.Value.EnumerateArray().Select(number =>
            number.TryGetInt64(out var value) && value >= 0
                ? value
                : throw new InvalidDataException($"tensor '{tensor}' has {number.GetRawText()} in its {member.Name}; it must be a whole number from 0 to 2⁶³ − 1."))];

    /// <summary>One tensor of the header.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Shape">Its dimensions.</param>
    /// <param name="Count">Its elements: the product of <paramref name="Shape"/>.</param>
    /// <param name="Begin">Offset of its first byte in the data.</param>
    /// <param name="End">Offset past its last byte.</param>
    internal readonly record struct Entry(string Name, ImmutableArray<long> Shape, int Count, long Begin, long End);
}
