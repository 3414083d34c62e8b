using Spectre.Console.Testing;

namespace ToyModels.Pipelines.Tests;

public sealed class TrainingDisplayTests
{
    [Fact]
    public void Without_a_terminal_a_line_comes_every_ten_seconds_at_most()
    {
        using var console = new TestConsole();
        var clock = new ManualClock { Step = TimeSpan.FromSeconds(4) };
        var result = new TrainingDisplay(console, clock).Show("3 models", progress =>
        {
            for (var step = 1; step <= 6; step++)
            {
                progress.Report(new TrainingProgress(0, 0, step, 1, 1000 * step, 10_000));
            }

            return 42;
        });
        Assert.Equal(42, result);
        Assert.Equal(
            ["Training 3 models", "  30 %  3,000 of 10,000 steps, 12 s", "  60 %  6,000 of 10,000 steps, 24 s"],
            console.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Where_the_end_is_not_known_only_what_is_done_is_told()
    {
        using var console = new TestConsole();
        var clock = new ManualClock { Step = TimeSpan.FromSeconds(11) };
        new TrainingDisplay(console, clock).Show("a model", progress =>
        {
            progress.Report(new TrainingProgress(0, 0, 50, 1, 50, null));
            return 0;
        });
        Assert.Equal(["Training a model", "  50 steps, 11 s"], console.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void On_a_terminal_there_is_a_bar()
    {
        using var console = new TestConsole().Interactive().EmitAnsiSequences();
        new TrainingDisplay(console, new ManualClock()).Show("3 models", progress =>
        {
            progress.Report(new TrainingProgress(0, 0, 50, 1, 100, 100));
            return 0;
        });
        Assert.Contains("Training 3 models", console.Output, StringComparison.Ordinal);
        Assert.Contains("100%", console.Output, StringComparison.Ordinal);
        Assert.Contains("━", console.Output, StringComparison.Ordinal);
    }
}
