using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ToyModels.Tests;

public class WeightsFileTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 2, 3)]
    [InlineData(2, 4, 1)]
    [InlineData(80, 20, 2)]
    public void The_best_restarts_come_back_with_every_bit(int n, int m, int instances)
    {
        var written = Enumerable.Range(0, instances)
            .Select(i => Results.Result(n, m, 10 * i, (ToyModelKind)(i % 2), 0.5f, 0.25f, 0.25f, float.PositiveInfinity)).ToArray();
        using var temp = new TempFolder();
        var path = temp.PathOf("weights.safetensors");

        WeightsFile.Write(path, written);
        var read = WeightsFile.Read(path);

        Assert.Equal(instances, read.Count);
        for (var i = 0; i < instances; i++)
        {
            SameInstance(written[i], read[i]);
            Results.Same(written[i].Restarts[1], Assert.Single(read[i].Restarts), history: false);
        }

        Assert.Equal(["weights.safetensors"], temp.Names());
    }

    [Fact]
    public void With_history_all_restarts_come_back_in_their_order()
    {
        TrainingResult[] written =
        [
            Results.Result(5, 2, 1, ToyModelKind.Linear, 3, 2, float.PositiveInfinity, 1),
            Results.Result(5, 2, 9, ToyModelKind.ReluOutput, 0.1f),
            Results.Result(5, 2, 17, ToyModelKind.ReluOutput, float.PositiveInfinity, float.PositiveInfinity),
        ];
        using var stream = new MemoryStream();

        WeightsFile.Write(stream, written, history: true);
        var read = WeightsFile.Read(new PipeStream(stream.ToArray()));

        Assert.Equal([3, 0, 0], read.Select(r => r.Best.Restart));
        for (var i = 0; i < written.Length; i++)
        {
            SameInstance(written[i], read[i]);
            Assert.Equal(written[i].Restarts.Length, read[i].Restarts.Length);
            Assert.All(written[i].Restarts.Zip(read[i].Restarts), pair => Results.Same(pair.First, pair.Second, history: true));
        }
    }

    [Fact]
    public void With_history_snapshots_come_back_too()
    {
        var plain = Results.Result(5, 2, 1, ToyModelKind.Linear, 3, 2);
        TrainingResult[] written =
        [
            With(plain, [[0, 10, 51], [0]]),
            With(Results.Result(5, 2, 9, ToyModelKind.ReluOutput, 0.1f), [[]]),
            With(Results.Result(5, 2, 17, ToyModelKind.ReluOutput, 1, 2), [[], [7, 8]]),
        ];
        using var stream = new MemoryStream();
        using var bare = new MemoryStream();

        WeightsFile.Write(stream, written, history: true);
        WeightsFile.Write(bare, written);
        var read = WeightsFile.Read(new MemoryStream(stream.ToArray()));

        Assert.All(WeightsFile.Read(new MemoryStream(bare.ToArray())), r => Assert.Empty(r.Best.Snapshots));
        foreach (var (expected, actual) in written.SelectMany(r => r.Restarts).Zip(read.SelectMany(r => r.Restarts)))
        {
            Results.Same(expected, actual, history: true);
            Assert.Equal(expected.Snapshots.Select(s => s.Step), actual.Snapshots.Select(s => s.Step));
            Assert.All(expected.Snapshots.Zip(actual.Snapshots), pair =>
                Assert.Equal(Results.Bits([.. pair.First.Model.Weights, .. pair.First.Model.Bias]), Results.Bits([.. pair.Second.Model.Weights, .. pair.Second.Model.Bias])));
        }

        TrainingResult With(TrainingResult result, int[][] steps) => new(
            result.Options,
            result.Importances,
            result.Densities,
            [.. result.Restarts.Zip(steps, (restart, s) => restart with { Snapshots = [.. s.Select(step => new ModelSnapshot(step, Results.Model(5, 2, 100 + step)))] })]);
    }

    [Fact]
    public void Tensors_have_the_published_shapes_and_layout()
    {
        // W of n = 3 features in m = 2 dimensions: rows (1, 2, 3) and (4, 5, 6), columns feature-major in memory.
        var model = new ToyModel(ToyModelKind.ReluOutput, 2, [1, 4, 2, 5, 3, 6], [7, 8, 9]);
        var result = new TrainingResult(
            new ToyModelOptions { Hidden = 2, Seed = 1 }, [1, 1, 1], [1, 1, 1], [new RestartResult(0, model, 0.1f, 1, StopReason.Completed, [])]);

        var file = Tensors([result, result]);

        Assert.Equal(["W", "b"], file.Tensors.Keys);
        Assert.Equal(new long[] { 2, 2, 3 }, file.Tensors["W"].Shape.ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6], file.Tensors["W"].Values.ToArray());
        Assert.Equal(new long[] { 2, 3 }, file.Tensors["b"].Shape.ToArray());
        Assert.Equal([7, 8, 9, 7, 8, 9], file.Tensors["b"].Values.ToArray());
        Assert.Equal(["format", "options", "version"], file.Metadata.Keys);
        Assert.Equal(("toymodels", "1"), (file.Metadata["format"], file.Metadata["version"]));
        Assert.Equal(2, JsonNode.Parse(file.Metadata["options"])!.AsArray().Count);
    }

    [Fact]
    public void The_same_results_give_the_same_bytes()
    {
        using var one = new MemoryStream();
        using var two = new MemoryStream();

        WeightsFile.Write(one, [Results.Result(5, 2, 1, losses: [1, 2])], history: true);
        WeightsFile.Write(two, [Results.Result(5, 2, 1, losses: [1, 2])], history: true);

        Assert.Equal(one.ToArray(), two.ToArray());
    }

    [Fact]
    public void A_file_cut_short_anywhere_is_refused()
    {
        using var stream = new MemoryStream();
        WeightsFile.Write(stream, [Results.Result(2, 1, 1, losses: 1)]);
        var bytes = stream.ToArray();

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => WeightsFile.Read(new MemoryStream(bytes[..length])));
        }
    }

    [Theory]
    [InlineData("2", "newer than this library")]
    [InlineData("99", "newer than this library")]
    [InlineData("0", "whole number from 1")]
    [InlineData("-1", "whole number from 1")]
    [InlineData("1.5", "whole number from 1")]
    [InlineData(null, "not told")]
    public void A_version_that_is_not_ours_is_refused(string? version, string reason) => Refused(reason, metadata: ("version", version));

    [Theory]
    [InlineData("pt")]
    [InlineData(null)]
    public void A_format_that_is_not_ours_is_refused(string? format) => Refused("must be 'toymodels'", metadata: ("format", format));

    [Theory]
    [InlineData(null, "no options")]
    [InlineData("[]", "empty array")]
    [InlineData("{}", "options at $")]
    [InlineData("null", "options is null")]
    [InlineData("[null]", "options[0] is null")]
    [InlineData("[", "options at $")]
    public void Options_that_are_no_array_of_objects_are_refused(string? options, string reason) => Refused(reason, metadata: ("options", options));

    [Theory]
    [InlineData("$.extra", "1", "options[0] at $")]
    [InlineData("$.options.optimizer.beta3", "1", "beta3")]
    [InlineData("$.options.hidden", "3", "hidden 3, but its tensors have m = 2")]
    [InlineData("$.options.hidden", "\"2\"", "$.options.hidden")]
    [InlineData("$.options.kind", "\"relu\"", "'relu' is not one of linear, relu-output")]
    [InlineData("$.options.seed", "null", "no seed")]
    [InlineData("$.options.epochs", "3", "both given")]
    [InlineData("$.importances", "[1,2]", "must have 5 numbers")]
    [InlineData("$.importances", "[1,1,1,1,-1]", "importances[4] is -1")]
    [InlineData("$.importances", "null", "$.importances")]
    [InlineData("$.densities", "[1,1,1,1,1.5]", "densities[4] is 1.5")]
    [InlineData("$.restarts", "[]", "no restart")]
    [InlineData("$.restarts", "[null]", "null")]
    [InlineData("$.restarts[0].restart", "-1", "must ascend from 0")]
    [InlineData("$.restarts[0].evaluationLoss", "\"NaN\"", "evaluation loss NaN")]
    [InlineData("$.restarts[0].evaluationLoss", "\"-\"", "$.restarts[0].evaluationLoss")]
    [InlineData("$.restarts[0].stepsDone", "-1", "must be at least 0")]
    [InlineData("$.restarts[0].stopReason", "\"tired\"", "'tired' is not one of completed, cancelled, diverged")]
    [InlineData("$.restarts[0].lossSteps", "[1,2]", "different lengths")]
    [InlineData("$.restarts[0].losses", "[1]", "different lengths")]
    public void An_instance_that_does_not_fit_is_refused(string path, string value, string reason)
    {
        var options = JsonNode.Parse(Tensors([Results.Result(5, 2, 1, losses: 1)]).Metadata["options"])!.AsArray();
        Set(options[0]!, path[2..].Split('.', '['), value);
        options[0]!["options"]!["steps"] = 7;

        Refused(reason, metadata: ("options", options.ToJsonString()));
    }

    [Fact]
    public void More_instances_than_models_are_refused()
    {
        var options = JsonNode.Parse(Tensors([Results.Result(5, 2, 1, losses: 1)]).Metadata["options"])!.AsArray();
        options.Add(options[0]!.DeepClone());

        Refused("must have [2, m, n]", metadata: ("options", options.ToJsonString()));
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_refused()
    {
        Refused("tensor 'b' is missing", tensors: t => t.Remove("b"));
        Refused("tensor 'W' is missing", tensors: t => t.Remove("W"));
        Refused("tensor 'other_restarts.W' does not belong here", tensors: t => t.Add("other_restarts.W", t["W"]));
        Refused("tensor 'b' has shape [1, 4]", tensors: t => t.SetItem("b", new FloatTensor([1, 4], new float[4])));
        Refused("tensor 'W' has shape [10]", tensors: t => t.SetItem("W", new FloatTensor([10], new float[10])));
        Refused("tensor 'W' has shape [1, 0, 5]", tensors: t => t.SetItem("W", new FloatTensor([1, 0, 5], default)));
        Refused("W[0, 1, 2] is NaN", tensors: t => t.SetItem("W", new FloatTensor([1, 2, 5], new[] { 0, 0, 0, 0, 0, 0, 0, float.NaN, 0, 0 })));
        Refused("b[0, 4] is Infinity", tensors: t => t.SetItem("b", new FloatTensor([1, 5], new[] { 0, 0, 0, 0, float.PositiveInfinity })));
    }

    [Fact]
    public void Results_that_do_not_go_together_are_refused()
    {
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => WeightsFile.Write(Stream.Null, [])).Message, StringComparison.Ordinal);
        var error = Assert.Throws<ArgumentException>(() => WeightsFile.Write(Stream.Null, [Results.Result(5, 2, 1, losses: 1), Results.Result(5, 3, 1, losses: 1)]));
        Assert.Contains("results[1] has n = 5 and m = 3", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => WeightsFile.Write(Stream.Null, [Results.Result(5, 2, 1, losses: float.NaN)]));
    }

    private static void SameInstance(TrainingResult expected, TrainingResult actual)
    {
        Assert.Equal(expected.Options, actual.Options);
        Assert.Equal(expected.Seed, actual.Seed);
        Assert.Equal(Results.Bits(expected.Importances.AsSpan()), Results.Bits(actual.Importances.AsSpan()));
        Assert.Equal(Results.Bits(expected.Densities.AsSpan()), Results.Bits(actual.Densities.AsSpan()));
    }

    private static SafetensorsFile Tensors(IReadOnlyList<TrainingResult> results)
    {
        using var stream = new MemoryStream();
        WeightsFile.Write(stream, results);
        stream.Position = 0;
        return SafetensorsFile.Read(stream);
    }

    /// <summary>Spoils one thing of a sound file (n = 5, m = 2, one instance) and reads it.</summary>
    private static void Refused(
        string reason,
        (string Name, string? Text)? metadata = null,
        Func<ImmutableSortedDictionary<string, FloatTensor>, ImmutableSortedDictionary<string, FloatTensor>>? tensors = null)
    {
        var sound = Tensors([Results.Result(5, 2, 1, losses: 1)]);
        var texts = metadata is not { } m ? sound.Metadata : m.Text is null ? sound.Metadata.Remove(m.Name) : sound.Metadata.SetItem(m.Name, m.Text);
        using var stream = new MemoryStream();
        new SafetensorsFile(tensors?.Invoke(sound.Tensors) ?? sound.Tensors, texts).Write(stream);
        stream.Position = 0;

        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => WeightsFile.Read(stream)).Message, StringComparison.Ordinal);
    }

    private static void Set(JsonNode node, ReadOnlySpan<string> path, string value)
    {
        while (path.Length > 1)
        {
            node = path[0].EndsWith(']') ? node[0]! : node[path[0]]!;
            path = path[1..];
        }

        node[path[0]] = JsonNode.Parse(value);
    }
}
