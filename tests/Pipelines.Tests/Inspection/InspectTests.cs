using System.IO.Compression;
using Microsoft.ML;

namespace ToyModels.Pipelines.Tests;

public sealed class InspectTests : IDisposable
{
    private readonly Workplace _workplace = new();

    public InspectTests() => Assert.Equal(0, _workplace.Invoke("run universities --out out"));

    public void Dispose() => _workplace.Dispose();

    [Fact]
    public void A_run_tells_its_verdicts_and_verifies()
    {
        Assert.Equal(0, _workplace.Invoke("inspect out --verify"));
        Assert.Contains("universities, seed 0, complete", _workplace.Out.Output, StringComparison.Ordinal);
        Assert.Contains("8 passed", _workplace.Out.Output, StringComparison.Ordinal);
        Assert.Contains("Verified: the hashes of 6 files", _workplace.Out.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_manifest_stands_for_its_run()
    {
        Assert.Equal(0, _workplace.Invoke("inspect out/run.json --json"));
        Assert.Equal("run", _workplace.Json().GetProperty("kind").GetString());
    }

    [Fact]
    public void A_changed_table_is_found_by_hash_and_by_value()
    {
        var path = _workplace.PathOf("out/features.csv");
        var lines = File.ReadAllLines(path);
        lines[2] = lines[2].Replace("0,linear,1,1,1,0,", "0,linear,1,1,1,0.25,", StringComparison.Ordinal);
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        Assert.Equal(1, _workplace.Invoke("inspect out --verify --json"));
        var differences = _workplace.Json().GetProperty("differences").EnumerateArray().Select(d => d.GetString()!).ToList();
        Assert.Equal(2, differences.Count);
        Assert.StartsWith("features.csv was changed", differences[0], StringComparison.Ordinal);
        Assert.StartsWith("features.csv tells of instance 0, feature 1", differences[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_file_and_a_strange_one_are_found()
    {
        File.Delete(_workplace.PathOf("out/models/000.zip"));
        File.WriteAllText(_workplace.PathOf("out/notes.txt"), "mine");
        Assert.Equal(1, _workplace.Invoke("inspect out --verify"));
        Assert.Contains("models/000.zip is missing", _workplace.Out.Output, StringComparison.Ordinal);
        Assert.Contains("notes.txt was not made by this run", _workplace.Out.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_not_that_of_the_weights_is_found()
    {
        Assert.Equal(0, _workplace.Invoke("run superposition --out other --set sizes=n20-m5 --set models=linear --set densities=1 --set steps=1 --set batch=16"));
        File.Copy(_workplace.PathOf("other/n20-m5/models/000.zip"), _workplace.PathOf("out/models/000.zip"), overwrite: true);
        Assert.Equal(1, _workplace.Invoke("inspect out/weights.safetensors --verify"));
        Assert.Contains("models/000.zip holds another model", _workplace.Out.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_tells_its_features()
    {
        Assert.Equal(0, _workplace.Invoke("inspect out/models/000.zip"));
        Assert.Contains("n = 3, m = 2", _workplace.Out.Output, StringComparison.Ordinal);
        Assert.Contains("Features → Hidden, Reconstruction", _workplace.Out.Output, StringComparison.Ordinal);
        Assert.Contains("triangle", _workplace.Out.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out/models/000.zip", "model")]
    [InlineData("out/weights.safetensors", "weights")]
    public void Models_and_weights_as_json_hold_their_instances(string path, string kind)
    {
        Assert.Equal(0, _workplace.Invoke($"inspect {path} --json --verify"));
        var json = _workplace.Json();
        Assert.Equal(kind, json.GetProperty("kind").GetString());
        Assert.Empty(json.GetProperty("differences").EnumerateArray());
        Assert.Equal(3, json.GetProperty("instances")[0].GetProperty("featuresRepresented").GetInt32());
    }

    [Theory]
    [InlineData("nowhere", "is not there")]
    [InlineData("empty", "holds no run.json")]
    [InlineData("text.txt", "none of what can be inspected")]
    [InlineData("text.safetensors", "text.safetensors")]
    [InlineData("other.zip", "cannot be loaded as an ML.NET model")]
    [InlineData("broken/run.json", "run.json")]
    public void Anything_else_is_refused_with_a_sentence(string path, string sentence)
    {
        Directory.CreateDirectory(_workplace.PathOf("empty"));
        Directory.CreateDirectory(_workplace.PathOf("broken"));
        File.WriteAllText(_workplace.PathOf("broken/run.json"), "{}");
        File.WriteAllText(_workplace.PathOf("text.txt"), "text");
        File.WriteAllText(_workplace.PathOf("text.safetensors"), "text");
        ZipFile.CreateFromDirectory(_workplace.PathOf("broken"), _workplace.PathOf("other.zip"));
        Assert.Equal(3, _workplace.Invoke($"inspect {path}"));
        Assert.Contains(sentence, _workplace.Error.Output, StringComparison.Ordinal);
        Assert.Empty(_workplace.Out.Output);
    }

    [Fact]
    public void An_ordinary_model_of_ml_net_is_refused_as_one()
    {
        var ml = new MLContext();
        var view = ml.Data.LoadFromEnumerable([new Row()]);
        ml.Model.Save(ml.Transforms.CopyColumns("B", "A").Fit(view), view.Schema, _workplace.PathOf("copy.zip"));
        Assert.Equal(3, _workplace.Invoke("inspect copy.zip"));
        Assert.Contains("holds no toy model", _workplace.Error.Output, StringComparison.Ordinal);
    }

    private sealed class Row
    {
        public float A { get; set; }
    }
}
