using System.Globalization;
using System.Text;

namespace ToyModels;

/// <summary>Comma-separated values as in RFC 4180, with line feeds and numbers that round-trip, in the invariant culture.</summary>
internal static class Csv
{
    internal static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The shortest text that reads back as the same bits.</summary>
    internal static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    internal static void WriteRow(TextWriter writer, params ReadOnlySpan<string> fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            if (i > 0)
            {
                writer.Write(',');
            }

            var field = fields[i];
            writer.Write(field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
        }

        writer.Write('\n');
    }

    /// <summary>The records of a text, each with the line (from 1) that it begins on.</summary>
    /// <exception cref="InvalidDataException">A quote is misplaced or not closed.</exception>
    internal static IEnumerable<(int Line, List<string> Fields)> ReadRows(TextReader reader)
    {
        var line = 1;
        while (reader.Peek() >= 0)
        {
            var begin = line;
            var fields = new List<string>();
            while (ReadField(reader, fields, ref line))
            {
            }

            yield return (begin, fields);
        }
    }

    /// <summary>Reads one field and the separator after it.</summary>
    /// <returns>Whether the record goes on.</returns>
    private static bool ReadField(TextReader reader, List<string> fields, ref int line)
    {
        var field = new StringBuilder();
        var quoted = reader.Peek() == '"';
        if (quoted)
        {
            reader.Read();
            ReadQuoted(reader, field, ref line);
        }

        for (; ; )
        {
            var next = reader.Read();
            if (next == '\r' && reader.Peek() == '\n')
            {
                next = reader.Read();
            }

            if (next is -1 or ',' or '\n')
            {
                fields.Add(field.ToString());
                line += next == '\n' ? 1 : 0;
                return next == ',';
            }

            if (quoted || next == '"')
            {
                throw new InvalidDataException($"line {line}, field {fields.Count + 1}: a quote must enclose a whole field, and be doubled within one.");
            }

            field.Append((char)next);
        }
    }

    private static void ReadQuoted(TextReader reader, StringBuilder field, ref int line)
    {
        var begin = line;
        for (; ; )
        {
            var next = reader.Read();
            if (next == -1)
            {
                throw new InvalidDataException($"line {begin}: a quote is not closed.");
            }

            if (next == '"')
            {
                if (reader.Peek() != '"')
                {
                    return;
                }

                reader.Read();
            }

            line += next == '\n' ? 1 : 0;
            field.Append((char)next);
        }
    }
}
