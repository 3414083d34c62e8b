namespace ToyModels.Tests;

/// <summary>Bytes as they come out of a pipe or a zip entry: no length, no seeking, a few at a time.</summary>
internal sealed class PipeStream(byte[] bytes, int most = 7) : Stream
{
    private readonly MemoryStream _bytes = new(bytes);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => _bytes.Read(buffer, offset, Math.Min(count, most));

    public override int Read(Span<byte> buffer) => _bytes.Read(buffer[..Math.Min(buffer.Length, most)]);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
