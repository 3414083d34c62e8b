namespace ToyModels.Pipelines.Tests;

public sealed class UsageTests : IDisposable
{
    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [Theory]
    [InlineData("run superpositon", "There is no pipeline 'superpositon'. Did you mean superposition?")]
    [InlineData("run universty", "Did you mean universities?")]
    [InlineData("run zzz", "There are: universities, superposition.")]
    [InlineData("run", "Name the pipeline to run. There are: universities, superposition.")]
    [InlineData("run superpositon --help", "Did you mean superposition?")]
    [InlineData("run superposition --set stesp=3", "superposition has no option 'stesp'. Did you mean steps?")]
    [InlineData("run superposition --set steps=0", "steps is '0', but takes a whole number from 1 to 10000000.")]
    [InlineData("run superposition --set steps=3 --set steps=4", "steps is set more than once")]
    [InlineData("run superposition --set restarts=3 --restarts 4", "restarts is set more than once")]
    [InlineData("run superposition --set models=relu", "Did you mean relu-output?")]
    [InlineData("run universities --restarts 3", "universities has no option 'restarts': it has none.")]
    [InlineData("run universities --seed one", "--seed is 'one', but takes a whole number of 32 bits.")]
    [InlineData("run universities --threads 0", "--threads is '0', but takes a whole number of at least 1.")]
    [InlineData("run universities --sede 3", "'run' has no option '--sede'. Did you mean --seed")]
    [InlineData("run universities again", "'run' has no further argument 'again'.")]
    [InlineData("inspcet x", "toymodels has no command 'inspcet'. Did you mean inspect?")]
    [InlineData("", "'toymodels --help' tells more.")]
    public void What_cannot_be_done_is_refused_with_what_can(string commandLine, string sentence)
    {
        Assert.Equal(2, _workplace.Invoke(commandLine));
        Assert.Contains(sentence, _workplace.Error.Output, StringComparison.Ordinal);
        Assert.Empty(_workplace.Out.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_workplace.Directory));
    }

    [Fact]
    public void A_refusal_is_one_json_object_where_json_is_asked_for()
    {
        Assert.Equal(2, _workplace.Invoke("run superpositon --json"));
        var json = _workplace.Json();
        Assert.Equal(2, json.GetProperty("exitCode").GetInt32());
        Assert.StartsWith("There is no pipeline 'superpositon'.", json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_of_a_pipeline_tells_its_options_with_defaults_and_ranges()
    {
        Assert.Equal(0, _workplace.Invoke("run superposition --help"));
        Assert.Contains("  steps=10000\n", _workplace.Out.Output, StringComparison.Ordinal);
        Assert.Contains("Takes a whole number from 1 to 10000000.", _workplace.Out.Output, StringComparison.Ordinal);
        Assert.Contains("  densities=1,0.3,0.1,0.03,0.01,0.003,0.001\n", _workplace.Out.Output, StringComparison.Ordinal);
        Assert.Contains("Takes numbers from 0.00001 to 1, separated by commas.", _workplace.Out.Output, StringComparison.Ordinal);
        Assert.Contains("Takes one or more of linear, relu-output, separated by commas.", _workplace.Out.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run --help", "--restarts <K>")]
    [InlineData("--help", "inspect <FILE-or-DIR>")]
    [InlineData("inspect --help", "--verify")]
    public void Help_of_a_command_tells_what_it_takes(string commandLine, string expected)
    {
        Assert.Equal(0, _workplace.Invoke(commandLine));
        Assert.Contains(expected, _workplace.Out.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void List_names_every_pipeline_with_what_it_shows_and_where_it_comes_from()
    {
        Assert.Equal(0, _workplace.Invoke("list"));
        foreach (var pipeline in Workplace.Catalog.Pipelines)
        {
            Assert.Contains(pipeline.Name, _workplace.Out.Output, StringComparison.Ordinal);
            Assert.Contains(pipeline.Summary, _workplace.Out.Output, StringComparison.Ordinal);
            Assert.Contains(pipeline.Source, _workplace.Out.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void List_as_json_holds_the_options()
    {
        Assert.Equal(0, _workplace.Invoke("list --json"));
        var pipelines = _workplace.Json().GetProperty("pipelines").EnumerateArray().ToList();
        Assert.Equal(["universities", "superposition"], pipelines.Select(p => p.GetProperty("name").GetString()));
        Assert.Empty(pipelines[0].GetProperty("options").EnumerateArray());
        var steps = pipelines[1].GetProperty("options").EnumerateArray().Single(o => o.GetProperty("name").GetString() == "steps");
        Assert.Equal("10000", steps.GetProperty("default").GetString());
    }
}
