using System.Globalization;
using Spectre.Console;

namespace ToyModels.Pipelines;

/// <summary>Shows how far a training is: a bar on a terminal, a line every now and then elsewhere.</summary>
internal sealed class TrainingDisplay(IAnsiConsole console, TimeProvider clock)
{
    private static readonly TimeSpan _betweenLines = TimeSpan.FromSeconds(10);

    /// <summary>Does the work, showing its reports.</summary>
    /// <param name="what">What is trained, for example "28 models".</param>
    /// <param name="work">Receives where to report.</param>
    public TResult Show<TResult>(string what, Func<IProgress<TrainingProgress>, TResult> work)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Capabilities.Ansi)
        {
            console.Line($"Training {what}");
            return work(new Lines(console, clock));
        }

        return console.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .Start(display =>
            {
                var task = display.AddTask($"Training {Markup.Escape(what)}", maxValue: 1);
                var result = work(new Bar(task));
                task.StopTask();
                return result;
            });
    }

    private sealed class Bar(ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.StepsTotal is { } total)
            {
                task.Value = (double)value.StepsDone / total;
            }
        }
    }

    private sealed class Lines(IAnsiConsole console, TimeProvider clock) : IProgress<TrainingProgress>
    {
        private readonly Lock _gate = new();
        private readonly long _start = clock.GetTimestamp();
        private TimeSpan _next = _betweenLines;

        public void Report(TrainingProgress value)
        {
            lock (_gate)
            {
                var elapsed = clock.GetElapsedTime(_start);
                if (elapsed < _next)
                {
                    return;
                }

                _next = elapsed + _betweenLines;
                console.Line(value.StepsTotal is { } total
                    ? string.Create(CultureInfo.InvariantCulture, $"  {(double)value.StepsDone / total,4:P0}  {value.StepsDone:N0} of {total:N0} steps, {elapsed.TotalSeconds:N0} s")
                    : string.Create(CultureInfo.InvariantCulture, $"  {value.StepsDone:N0} steps, {elapsed.TotalSeconds:N0} s"));
            }
        }
    }
}
