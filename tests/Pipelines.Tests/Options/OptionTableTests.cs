using System.Collections.Immutable;
using System.Globalization;

namespace ToyModels.Pipelines.Tests;

public sealed class OptionTableTests
{
    private static readonly OptionTable _table = OptionTable.Of<Sample>("sample");

    [Fact]
    public void Defaults_are_those_of_the_record() =>
        Assert.Equal(["5", "0.25", "1,0.5", "a,b"], _table.Declarations.Select(d => d.Default));

    [Fact]
    public void Names_are_the_properties_in_kebab_case() =>
        Assert.Equal(["hidden-count", "rate", "densities", "kinds"], _table.Declarations.Select(d => d.Name));

    [Fact]
    public void Assignments_replace_defaults()
    {
        var options = (Sample)_table.Parse(["hidden-count=7", "rate=1e-1", "densities=0.1, 0.2", "kinds=b"]);
        Assert.Equal(7, options.HiddenCount);
        Assert.Equal(0.1f, options.Rate);
        Assert.Equal([0.1f, 0.2f], options.Densities.ToArray());
        Assert.Equal(["b"], options.Kinds.ToArray());
    }

    [Fact]
    public void Bounds_themselves_are_allowed()
    {
        Assert.Equal(0.1f, ((Sample)_table.Parse(["rate=0.1"])).Rate);
        Assert.Equal(9, ((Sample)_table.Parse(["hidden-count=9"])).HiddenCount);
    }

    [Theory]
    [InlineData("hidden-count=0", "hidden-count is '0', but takes a whole number from 1 to 9.")]
    [InlineData("hidden-count=10", "hidden-count is '10', but takes a whole number from 1 to 9.")]
    [InlineData("hidden-count=3.5", "hidden-count is '3.5', but takes a whole number from 1 to 9.")]
    [InlineData("rate=0.05", "rate is '0.05', but takes a number of at least 0.1.")]
    [InlineData("rate=NaN", "rate is 'NaN', but takes a number of at least 0.1.")]
    [InlineData("rate=Infinity", "rate is 'Infinity', but takes a number of at least 0.1.")]
    [InlineData("densities=0.5,2", "densities is '0.5,2', but takes numbers from 0 to 1, separated by commas.")]
    [InlineData("densities=", "densities is '', but takes numbers from 0 to 1, separated by commas.")]
    [InlineData("densities=1,1", "densities names '1' 2 times; name each once.")]
    [InlineData("kinds=aa", "kinds is 'aa', but takes one or more of a, b, separated by commas. Did you mean a or b?")]
    [InlineData("hidden-cuont=3", "sample has no option 'hidden-cuont'. Did you mean hidden-count? 'toymodels run sample --help' explains them.")]
    [InlineData("rate", "'rate' sets nothing; write --set name=value.")]
    [InlineData("=3", "'=3' sets nothing; write --set name=value.")]
    public void What_is_not_allowed_is_refused_with_a_sentence(string assignment, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<UsageException>(() => _table.Parse([assignment])).Message);

    [Fact]
    public void An_option_is_set_once() =>
        Assert.Equal("rate is set more than once; set it once.", Assert.Throws<UsageException>(() => _table.Parse(["rate=1", "rate=2"])).Message);

    [Fact]
    public void Json_holds_every_option_under_its_own_name() =>
        Assert.Equal(
            """{"hidden-count":5,"rate":0.3,"densities":[1,0.5],"kinds":["a","b"]}""",
            _table.ToJson(_table.Parse(["rate=0.3"])).ToJsonString());

    [Fact]
    public void Departures_are_what_makes_the_record_of_the_defaults()
    {
        var options = _table.Parse(["rate=2", "kinds=b"]);
        var departures = _table.Departures(options);
        Assert.Equal(["rate=2", "kinds=b"], departures.Select(d => $"{d.Option.Name}={d.Value}"));
        Assert.Equal(["rate=2"], _table.Departures(options, "kinds").Select(d => $"{d.Option.Name}={d.Value}"));
        Assert.Empty(_table.Departures(_table.Parse([])));
    }

    [Fact]
    public void Numbers_do_not_follow_the_users_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NumberGroupSeparator) = (",", ".");
            CultureInfo.CurrentCulture = comma;
            Assert.Equal(1.5f, ((Sample)_table.Parse(["rate=1.5"])).Rate);
            Assert.Equal("0.25", _table.Declarations[1].Default);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    internal sealed record Sample
    {
        [PipelineOption("How many.", Min = 1, Max = 9)]
        public int HiddenCount { get; init; } = 5;

        [PipelineOption("How fast.", Min = 0.1)]
        public float Rate { get; init; } = 0.25f;

        [PipelineOption("How often.", Min = 0, Max = 1)]
        public ImmutableArray<float> Densities { get; init; } = [1, 0.5f];

        [PipelineOption("Which.", Names = ["a", "b"])]
        public ImmutableArray<string> Kinds { get; init; } = ["a", "b"];

        public int NotAnOption { get; init; } = 3;
    }
}
