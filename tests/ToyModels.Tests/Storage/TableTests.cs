using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace ToyModels.Tests;

public class TableTests
{
    private const string Header =
        "instance,model,density,feature,importance,bias,norm,interference,expected_interference,polysemanticity,dimensionality,component,label\n";

    private static readonly FeatureRow _row = new(
        3, ToyModelKind.ReluOutput, new FeatureMetrics(4, 0.7f, 0.1f, -0f, 1e-10f, 0.25f, 0.025f, 0.5f, 2f / 3, -1, "k-gon, k = \"9\""));

    private const string Line = "3,relu-output,0.1,4,0.7,-0,1E-10,0.25,0.025,0.5,0.6666667,-1,\"k-gon, k = \"\"9\"\"\"\n";

    [Fact]
    public void Features_have_the_published_columns() => Assert.Equal(Header + Line, Text(_row));

    [Fact]
    public void A_culture_with_a_decimal_comma_changes_nothing() => Cultures.WithDecimalComma(() =>
    {
        Assert.Equal(Header + Line, Text(_row));
        Assert.Equal([_row], FeaturesCsv.Read(new StringReader(Header + Line)));
        Assert.Contains("0,0,51,Infinity\n", Losses(Results.Result(2, 1, 0, losses: 1)), StringComparison.Ordinal);
    });

    [Property(MaxTest = 200)]
    public Property Features_come_back_as_they_were()
    {
        var number = Gen.Choose(int.MinValue, int.MaxValue).Select(BitConverter.Int32BitsToSingle).Where(v => !float.IsNaN(v));
        var label = Gen.Elements('a', ',', '"', '\n', '\r', ' ', 'é').ArrayOf().Select(c => new string(c));
        var row = from instance in Gen.Choose(0, int.MaxValue)
                  from kind in Gen.Elements(Enum.GetValues<ToyModelKind>())
                  from v in number.ArrayOf(8)
                  from component in Gen.Choose(-1, int.MaxValue)
                  from text in label
                  select new FeatureRow(instance, kind, new FeatureMetrics(instance, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], component, text));
        return Prop.ForAll(row.ArrayOf().ToArbitrary(), rows =>
        {
            var text = Text(rows);
            Assert.Equal(rows, FeaturesCsv.Read(new StringReader(text)));
            Assert.Equal(text, Text([.. FeaturesCsv.Read(new StringReader(text))]));
        });
    }

    [Fact]
    public void Features_with_carriage_returns_or_without_a_last_line_end_are_read()
    {
        Assert.Equal([_row], FeaturesCsv.Read(new StringReader((Header + Line).Replace("\n", "\r\n", StringComparison.Ordinal))));
        Assert.Equal([_row], FeaturesCsv.Read(new StringReader((Header + Line).TrimEnd())));
        Assert.Empty(FeaturesCsv.Read(new StringReader(Header)));
    }

    [Theory]
    [InlineData("", "must be the header")]
    [InlineData("instance,model\n", "must be the header")]
    [InlineData(Header + "1,2\n", "line 2 has 2 fields, but must have 13")]
    [InlineData(Header + "\n", "line 2 has 1 fields")]
    [InlineData(Header + Line + "x,linear,0,0,1,0,0,0,0,0,0,0,l", "line 3, column instance: 'x' is not a whole number of at least 0")]
    [InlineData(Header + "0,relu,0,0,1,0,0,0,0,0,0,0,l", "line 2, column model: 'relu' is not one of linear, relu-output")]
    [InlineData(Header + "0,linear,0,-1,1,0,0,0,0,0,0,0,l", "line 2, column feature: '-1'")]
    [InlineData(Header + "0,linear,0,0,1,0,NaN,0,0,0,0,0,l", "line 2, column norm: 'NaN'")]
    [InlineData(Header + "0,linear,\"0,5\",0,1,0,0,0,0,0,0,0,l", "line 2, column density: '0,5'")]
    [InlineData(Header + "0,linear,0,0,1,0,0,0,0,0,0,-2,l", "line 2, column component: '-2'")]
    [InlineData(Header + "0,linear,0,0,1,0,0,0,0,0,0,0,\"l", "line 2: a quote is not closed")]
    [InlineData(Header + "0,linear,0,0,1,0,0,0,0,0,0,0,\"l\"x", "line 2, field 13: a quote must enclose a whole field")]
    [InlineData(Header + "0,linear,0,0,1,0,0,0,0,0,0,0,l\"", "line 2, field 13: a quote must enclose a whole field")]
    public void Features_that_do_not_fit_are_refused(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => FeaturesCsv.Read(new StringReader(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_line_number_counts_the_line_ends_within_quotes()
    {
        var text = Header + Line.Replace("k-gon, ", "k-gon,\n", StringComparison.Ordinal) + "x";

        Assert.Contains("line 4", Assert.Throws<InvalidDataException>(() => FeaturesCsv.Read(new StringReader(text))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_utf8_is_refused()
    {
        using var temp = new TempFolder();
        File.WriteAllBytes(temp.PathOf("features.csv"), [.. Encoding.UTF8.GetBytes(Header), 0xC3, 0x28]);

        Assert.Contains("not UTF-8", Assert.Throws<InvalidDataException>(() => FeaturesCsv.Read(temp.PathOf("features.csv"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_were_read_back_give_the_same_table()
    {
        using var temp = new TempFolder();
        TrainingResult[] results = [Trained(0, ToyModelKind.ReluOutput), Trained(1, ToyModelKind.Linear)];
        WeightsFile.Write(temp.PathOf("weights.safetensors"), results);
        FeaturesCsv.Write(temp.PathOf("features.csv"), results, [.. results.Select(r => ModelMetrics.Measure(r))]);

        var read = WeightsFile.Read(temp.PathOf("weights.safetensors"));
        var rows = FeaturesCsv.Rows(read, [.. read.Select(r => ModelMetrics.Measure(r))]).ToArray();

        Assert.Equal(10, rows.Length);
        Assert.Equal([ToyModelKind.ReluOutput, ToyModelKind.Linear], rows.Select(r => r.Model).Distinct());
        Assert.Equal(rows, FeaturesCsv.Read(temp.PathOf("features.csv")));
    }

    [Fact]
    public void Measures_are_one_for_each_instance() =>
        Assert.Throws<ArgumentException>(() => FeaturesCsv.Rows([Results.Result(2, 1, 0, losses: 1)], []));

    [Fact]
    public void Losses_list_every_recorded_step_of_every_restart()
    {
        using var temp = new TempFolder();
        var path = temp.PathOf("loss.csv");

        LossCsv.Write(path, [Results.Result(2, 1, 0, losses: [1, 2]), Results.Result(3, 1, 5, losses: 1)]);

        Assert.Equal(
            "instance,restart,step,loss\n0,0,1,0.1\n0,0,50,1E-10\n0,0,51,Infinity\n0,1,1,1.1\n0,1,50,1E-10\n0,1,51,Infinity\n1,0,1,5.1\n1,0,50,1E-10\n1,0,51,Infinity\n",
            Encoding.UTF8.GetString(File.ReadAllBytes(path)));
    }

    private static string Text(params FeatureRow[] rows)
    {
        using var writer = new StringWriter();
        FeaturesCsv.Write(writer, rows);
        return writer.ToString();
    }

    private static TrainingResult Trained(int seed, ToyModelKind kind)
    {
        var random = new Random(seed);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
        return new TrainingResult(
            new ToyModelOptions { Kind = kind, Hidden = 2, Seed = seed },
            Importance.Geometric(0.9f).Resolve(5),
            [0.1f, 0.2f, 0.3f, 0.4f, 1],
            [new RestartResult(0, new ToyModel(kind, 2, Numbers(10), Numbers(5)), 0.1f, 1, StopReason.Completed, [])]);
    }

    private static string Losses(params TrainingResult[] results)
    {
        using var writer = new StringWriter();
        LossCsv.Write(writer, results);
        return writer.ToString();
    }
}
