using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace ToyModels.Tests;

public class SafetensorsFileTests
{
    /// <summary>The tensor "t" = [1, −0] and the text "k" = "v", byte by byte from the format's rules.</summary>
    private static readonly byte[] _golden =
    [
        88, 0, 0, 0, 0, 0, 0, 0,
        .. """{"__metadata__":{"k":"v"},"t":{"data_offsets":[0,8],"dtype":"F32","shape":[1,2]}}"""u8, (byte)' ', (byte)' ', (byte)' ', (byte)' ', (byte)' ', (byte)' ', (byte)' ',
        0x00, 0x00, 0x80, 0x3F,
        0x00, 0x00, 0x00, 0x80,
    ];

    [Fact]
    public void Writes_the_bytes_that_the_format_prescribes()
    {
        var file = new SafetensorsFile([new("t", new FloatTensor([1, 2], new[] { 1f, -0f }))], [new("k", "v")]);

        Assert.Equal(_golden, Bytes(file));
    }

    [Fact]
    public void Reads_the_bytes_that_the_format_prescribes()
    {
        foreach (var stream in new Stream[] { new MemoryStream(_golden), new PipeStream(_golden) })
        {
            var file = SafetensorsFile.Read(stream);

            var (name, tensor) = Assert.Single(file.Tensors);
            Assert.Equal("t", name);
            Assert.Equal(new long[] { 1, 2 }, tensor.Shape.ToArray());
            Assert.Equal([0x3F800000u, 0x80000000u], Bits(tensor));
            Assert.Equal([new("k", "v")], file.Metadata);
        }
    }

    [Property(MaxTest = 200)]
    public Property Every_bit_comes_back()
    {
        var dimensions = Gen.Choose(0, 4).ArrayOf().Where(d => d.Length < 5);
        var tensor = from shape in dimensions
                     let count = shape.Aggregate(1, (product, d) => product * d)
                     from bits in Gen.OneOf(Gen.Choose(int.MinValue, int.MaxValue), Gen.Elements(0, 1, int.MinValue, 0x7F800000, 0x7FC00001, 0x007FFFFF)).ArrayOf(count)
                     select new FloatTensor([.. shape.Select(d => (long)d)], bits.Select(BitConverter.Int32BitsToSingle).ToArray());
        var name = Gen.Elements("W", "b", "é", "a\"b\\c\n", "__metadata", "", "𝑊");
        var file = from names in name.ArrayOf()
                   let distinct = names.Distinct().ToArray()
                   from tensors in tensor.ArrayOf(distinct.Length)
                   from texts in name.ArrayOf()
                   select new SafetensorsFile(distinct.Zip(tensors, KeyValuePair.Create), texts.Distinct().Select(t => KeyValuePair.Create(t, t + "!")));
        return Prop.ForAll(file.ToArbitrary(), written =>
        {
            var bytes = Bytes(written);
            Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8);
            foreach (var stream in new Stream[] { new MemoryStream(bytes), new PipeStream(bytes) })
            {
                var read = SafetensorsFile.Read(stream);
                Assert.Equal(written.Metadata, read.Metadata);
                Assert.Equal(written.Tensors.Keys, read.Tensors.Keys);
                Assert.All(written.Tensors, pair =>
                {
                    Assert.Equal(pair.Value.Shape.ToArray(), read.Tensors[pair.Key].Shape.ToArray());
                    Assert.Equal(Bits(pair.Value), Bits(read.Tensors[pair.Key]));
                });
                Assert.Equal(bytes, Bytes(read));
            }
        });
    }

    [Fact]
    public void Tensors_larger_than_one_read_come_back_from_a_pipe()
    {
        var values = Enumerable.Range(0, 3_000_001).Select(i => (float)i).ToArray();
        var bytes = Bytes(new SafetensorsFile([new("t", new FloatTensor([values.Length], values))]));

        var read = SafetensorsFile.Read(new PipeStream(bytes, most: 100_003));

        Assert.True(read.Tensors["t"].Values.Span.SequenceEqual(values));
    }

    [Fact]
    public void A_file_cut_short_anywhere_is_refused()
    {
        for (var length = 0; length < _golden.Length; length++)
        {
            var cut = _golden[..length];
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(new MemoryStream(cut)));
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(new PipeStream(cut)));
        }
    }

    [Fact]
    public void Any_single_changed_byte_gives_a_file_or_a_clear_refusal()
    {
        for (var i = 0; i < _golden.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                byte[] changed = [.. _golden];
                changed[i] ^= (byte)(1 << bit);
                var error = Record.Exception(() => SafetensorsFile.Read(new MemoryStream(changed)));
                Assert.True(error is null or InvalidDataException, $"byte {i}, bit {bit}: {error}");
            }
        }
    }

    [Fact]
    public void Bytes_after_the_last_tensor_are_refused() => Refused([.. _golden, 0], "bytes after the last tensor");

    [Theory]
    [InlineData(ulong.MaxValue, "allows 100000000")]
    [InlineData(1UL << 63, "allows 100000000")]
    [InlineData(100_000_001UL, "allows 100000000")]
    [InlineData(100_000_000UL, "ends inside the header")]
    [InlineData(0UL, "does not begin with '{'")]
    [InlineData(3UL, "not the JSON")]
    public void A_header_length_that_lies_is_refused(ulong length, string reason)
    {
        byte[] lying = [.. _golden];
        BinaryPrimitives.WriteUInt64LittleEndian(lying, length);
        Refused(lying, reason);
    }

    [Fact]
    public void Announced_tensors_take_no_memory_before_their_bytes_are_there()
    {
        var announced = File("""{"t":{"dtype":"F32","shape":[2000000000],"data_offsets":[0,8000000000]}}""", new byte[64]);

        foreach (var stream in new Stream[] { new MemoryStream(announced), new PipeStream(announced) })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("ends inside", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(stream)).Message, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 20);
        }
    }

    [Theory]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "-8 in its data_offsets")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "cannot lie at")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "cannot lie at")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", "two data_offsets")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,1e1]}}""", "1e1 in its data_offsets")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551624]}}""", "18446744073709551624 in its data_offsets")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":"08"}}""", "not the JSON")]
    [InlineData("""{"t":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", "-1 in its shape")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}""", "cannot lie at")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", "cannot lie at")]
    [InlineData("""{"t":{"dtype":"F32","shape":[3037000500,3037000500,2],"data_offsets":[0,8]}}""", "cannot lie at")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4000000000],"data_offsets":[0,16000000000]}}""", "4000000000 elements")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", "2.0 in its shape")]
    [InlineData("""{"t":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}""", "tensor 't' has dtype BF16")]
    [InlineData("""{"t":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", "tensor 't' has dtype f32")]
    [InlineData("""{"t":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", "not the JSON")]
    [InlineData("""{"t":{"shape":[2],"data_offsets":[0,8]}}""", "must have a dtype")]
    [InlineData("""{"t":{"dtype":"F32","data_offsets":[0,8]}}""", "must have a dtype")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2]}}""", "must have a dtype")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"strides":[1]}}""", "member 'strides'")]
    [InlineData("""{"t":[]}""", "not the JSON")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"u":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "without hole or overlap")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"u":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""", "without hole or overlap")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "without hole or overlap")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "not the JSON")]
    [InlineData("""{"t":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "not the JSON")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "not the JSON")]
    [InlineData("""{"__metadata__":{"a":1},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "'a' is 1; it must be a string")]
    [InlineData("""{"__metadata__":[],"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "not the JSON")]
    [InlineData("""{"__metadata__":{"a":"\ud800"},"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "not the JSON")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}x""", "not the JSON")]
    [InlineData("""{"t":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""", "not the JSON")]
    [InlineData(""" {"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "does not begin with '{'")]
    [InlineData("""[1]""", "does not begin with '{'")]
    public void A_header_that_breaks_a_rule_is_refused(string header, string reason) => Refused(File(header, new byte[8]), reason);

    [Fact]
    public void A_header_that_is_not_utf8_is_refused() =>
        Refused([8, 0, 0, 0, 0, 0, 0, 0, .. """{"a"""u8, 0xC3, 0x28, .. "\":1"u8], "not UTF-8");

    [Fact]
    public void A_header_of_a_million_brackets_is_refused() => Refused(File("{\"t\":" + new string('[', 1_000_000), []), "not the JSON");

    [Fact]
    public void A_header_with_spaces_inside_and_tensors_out_of_order_is_read()
    {
        var header = """{ "b": {"shape": [1], "data_offsets": [4, 8], "dtype": "F32"}, "a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]} }   """;

        var file = SafetensorsFile.Read(new MemoryStream(File(header, [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])));

        Assert.Equal([1f], file.Tensors["a"].Values.ToArray());
        Assert.Empty(file.Tensors["a"].Shape);
        Assert.Equal([2f], file.Tensors["b"].Values.ToArray());
    }

    [Fact]
    public void Errors_of_a_file_name_it()
    {
        using var temp = new TempFolder();
        var path = temp.PathOf("cut.safetensors");
        System.IO.File.WriteAllBytes(path, _golden[..20]);

        Assert.StartsWith($"'{path}': ", Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file()
    {
        using var temp = new TempFolder();
        var path = temp.PathOf("old");
        System.IO.File.WriteAllText(path, "old");

        Assert.Throws<InvalidOperationException>(() => StoredFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", System.IO.File.ReadAllText(path));
        Assert.Equal(["old"], temp.Names());
    }

    [Fact]
    public void The_name_of_the_metadata_is_no_tensor() =>
        Assert.Throws<ArgumentException>(() => new SafetensorsFile([new("__metadata__", new FloatTensor([0], default))]));

    [Theory]
    [InlineData(new long[] { 3 }, 2)]
    [InlineData(new long[] { }, 0)]
    [InlineData(new long[] { -1, -2 }, 2)]
    [InlineData(new[] { long.MaxValue, 3 }, 1)]
    public void A_tensor_has_as_many_values_as_its_shape_says(long[] shape, int count) =>
        Assert.Throws<ArgumentException>(() => new FloatTensor([.. shape], new float[count]));

    private static void Refused(byte[] bytes, string reason)
    {
        foreach (var stream in new Stream[] { new MemoryStream(bytes), new PipeStream(bytes, most: 4096) })
        {
            Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(stream)).Message, StringComparison.Ordinal);
        }
    }

    private static byte[] File(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. data];
    }

    private static byte[] Bytes(SafetensorsFile file)
    {
        using var stream = new MemoryStream();
        file.Write(stream);
        return stream.ToArray();
    }

    private static uint[] Bits(FloatTensor tensor) => [.. tensor.Values.ToArray().Select(BitConverter.SingleToUInt32Bits)];
}
