using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ToyModels;

/// <summary>
/// Named tensors of 32-bit floats and named texts in the safetensors format (https://github.com/huggingface/safetensors): a 64-bit
/// little-endian length, a JSON header of that length, then the little-endian numbers of all tensors without a hole. Data only: reading runs nothing.
/// </summary>
public sealed class SafetensorsFile
{
    private const int Chunk = 1 << 20;

    /// <param name="tensors">The tensors by name; the name <c>__metadata__</c> belongs to the format.</param>
    /// <param name="metadata">Texts by name; null for none.</param>
    /// <exception cref="ArgumentException">A tensor is called <c>__metadata__</c>.</exception>
    public SafetensorsFile(IEnumerable<KeyValuePair<string, FloatTensor>> tensors, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        Tensors = tensors.ToImmutableSortedDictionary(StringComparer.Ordinal);
        Metadata = (metadata ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal);
        if (Tensors.ContainsKey("__metadata__"))
        {
            throw new ArgumentException("a tensor is called __metadata__; the format keeps that name for its texts. Call it otherwise.", nameof(tensors));
        }
    }

    /// <summary>The tensors by name.</summary>
    public ImmutableSortedDictionary<string, FloatTensor> Tensors { get; }

    /// <summary>The texts of <c>__metadata__</c> by name.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="InvalidDataException">It is not a safetensors file, is damaged, or holds a tensor that is not of 32-bit floats.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SafetensorsFile Read(string path) => StoredFile.Read(path, Read);

    /// <summary>Reads a stream from its position to its end. It need not be able to seek.</summary>
    /// <param name="stream">The bytes. Memory is taken only for bytes that are there.</param>
    /// <exception cref="InvalidDataException">It is not a safetensors file, is damaged, or holds a tensor that is not of 32-bit floats.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var prefix = ReadArray<byte>(stream, sizeof(ulong), "the length of the header");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.LongestLength)
        {
            throw new InvalidDataException($"the header claims {length} bytes; safetensors allows {SafetensorsHeader.LongestLength}. This is not a safetensors file.");
        }

        RequireLeft(stream, (long)length, "the header");
        var header = SafetensorsHeader.Parse(ReadArray<byte>(stream, (int)length, "the header"));
        RequireLeft(stream, header.DataLength, "the tensors");
        var tensors = new Dictionary<string, FloatTensor>();
        foreach (var entry in header.Entries)
        {
            var values = ReadArray<float>(stream, entry.Count, $"tensor '{entry.Name}'");
            Swap(values);
            tensors.Add(entry.Name, new FloatTensor(entry.Shape, values));
        }

        return stream.ReadByte() < 0
            ? new SafetensorsFile(tensors, header.Metadata)
            : throw new InvalidDataException("there are bytes after the last tensor; the header must account for every byte.");
    }

    /// <summary>Writes a file, whole or not at all: an old one stays until the new one is complete.</summary>
    /// <param name="path">Where it goes.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path) => StoredFile.Write(path, Write);

    /// <summary>Writes to a stream, which need not be able to seek. The same content gives the same bytes.</summary>
    /// <param name="stream">Receives the bytes.</param>
    /// <exception cref="ArgumentException">Names and texts take more than the 100 MB that the format allows its header.</exception>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(SafetensorsHeader.Format(Metadata, Tensors));
        foreach (var tensor in Tensors.Values)
        {
            for (var rest = tensor.Values.Span; !rest.IsEmpty;)
            {
                var part = rest[..Math.Min(Chunk, rest.Length)];
                if (!BitConverter.IsLittleEndian)
                {
                    var swapped = part.ToArray();
                    Swap(swapped);
                    part = swapped;
                }

                stream.Write(MemoryMarshal.AsBytes(part));
                rest = rest[Math.Min(Chunk, rest.Length)..];
            }
        }
    }

    private static void RequireLeft(Stream stream, long bytes, string what)
    {
        if (stream.CanSeek && stream.Length - stream.Position < bytes)
        {
            throw Truncated(what, bytes, stream.Length - stream.Position);
        }
    }

    /// <summary>Where the stream cannot tell its length, the array grows with the bytes that come, never ahead of them by more than its own size.</summary>
    private static T[] ReadArray<T>(Stream stream, int count, string what) where T : unmanaged
    {
        var values = new T[stream.CanSeek ? count : Math.Min(count, Chunk)];
        for (var done = 0; done < count;)
        {
            if (done == values.Length)
            {
                Array.Resize(ref values, (int)Math.Min(count, 2L * done));
            }

            var part = MemoryMarshal.AsBytes(values.AsSpan(done, Math.Min(Chunk, values.Length - done)));
            var read = stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
            if (read < part.Length)
            {
                var size = Marshal.SizeOf<T>();
                throw Truncated(what, (long)count * size, ((long)done * size) + read);
            }

            done += Math.Min(Chunk, values.Length - done);
        }

        return values;
    }

    private static void Swap(Span<float> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            var bits = MemoryMarshal.Cast<float, int>(values);
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }
    }

    private static InvalidDataException Truncated(string what, long expected, long actual) =>
        new($"the file ends inside {what}: {expected} bytes are announced, {actual} are there. It was cut short, or is not a safetensors file.");
}
