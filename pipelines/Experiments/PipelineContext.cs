using System.Globalization;
using Microsoft.ML;
using ToyModels.Figures;
using ToyModels.ML;

namespace ToyModels.Pipelines;

/// <summary>What a pipeline works with, and where it puts what it makes.</summary>
internal sealed class PipelineContext(RunFolder folder, TrainingDisplay display, int seed, int? threads, CancellationToken cancellation)
{
    // Below this, a figure goes into the page as vectors; above, its picture is smaller and no less sharp on paper.
    private const int LargestInlineSvg = 400_000;

    private readonly List<Verdict> _verdicts = [];
    private readonly List<string> _files = [];

    /// <summary>The ML.NET context, its seed that of the run.</summary>
    public MLContext ML { get; } = new(seed);

    /// <summary>The seed that everything random derives from.</summary>
    public int Seed { get; } = seed;

    /// <summary>The trainer.</summary>
    public IToyModelTrainer Trainer { get; } = new ToyModelTrainer(threads);

    /// <summary>Signalled when a person interrupts.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>The page that the run leaves behind.</summary>
    public Report Report { get; } = new();

    /// <summary>The verdicts so far.</summary>
    public IReadOnlyList<Verdict> Verdicts => _verdicts;

    /// <summary>Paths of the files written so far, relative to the run's folder.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Whether a training was cut short.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>The seed of the run's i-th model and its data: another one for each model and each run.</summary>
    public int SeedOf(int model) => unchecked((Seed * 1_000_003) + model);

    /// <summary>Why a run is not the published one: the options that depart from their defaults; null where none does.</summary>
    /// <param name="table">The options' declaration.</param>
    /// <param name="options">The options.</param>
    /// <param name="except">Options that may depart.</param>
    public static string? Departures(OptionTable table, object options, params ReadOnlySpan<string> except)
    {
        var departures = table.Departures(options, except);
        return departures.IsEmpty ? null : string.Join("; ", departures.Select(d => $"{d.Option.Name} is {d.Value}, published with {d.Option.Default}"));
    }

    /// <summary>Trains models, with a progress bar.</summary>
    /// <param name="what">What is trained, for example "28 models".</param>
    /// <param name="fit">The training; receives where to report.</param>
    public IReadOnlyList<ToyModelTransformer> Train(string what, Func<IProgress<TrainingProgress>, IReadOnlyList<ToyModelTransformer>> fit)
    {
        var models = display.Show(what, fit);
        Interrupted |= models.Any(m => m.StopReason == StopReason.Cancelled);
        return models;
    }

    /// <summary>Writes models of one size: weights.safetensors, models/NNN.zip, features.csv and, where they were trained, loss.csv.</summary>
    /// <param name="size">Their folder in the run's; empty for the run's own.</param>
    /// <param name="models">The models, of one n and m.</param>
    /// <param name="input">Schema of the rows that they take.</param>
    public void Save(string size, IReadOnlyList<ToyModelTransformer> models, DataViewSchema input)
    {
        var results = models.Select(m => m.Result).ToList();
        var metrics = models.Select(m => m.Metrics).ToList();
        WeightsFile.Write(NewFile(size, "weights.safetensors"), results);
        FeaturesCsv.Write(NewFile(size, "features.csv"), results, metrics);
        if (results.Any(r => r.Restarts.Any(t => t.LossHistory.Length > 0)))
        {
            LossCsv.Write(NewFile(size, "loss.csv"), results);
        }

        for (var i = 0; i < models.Count; i++)
        {
            ML.Model.Save(models[i], input, NewFile(size, string.Create(CultureInfo.InvariantCulture, $"models/{i:000}.zip")));
        }
    }

    /// <summary>Writes a figure as SVG and PNG, and puts it into the report.</summary>
    /// <param name="section">Where it stands in the report.</param>
    /// <param name="name">Its files' name without extension.</param>
    /// <param name="figure">The figure.</param>
    /// <param name="caption">How to read it.</param>
    public void Show(ReportSection section, string name, Figure figure, string caption)
    {
        var svg = figure.ToSvg();
        var png = figure.ToPng();
        File.WriteAllText(NewFile("figures", $"{name}.svg"), svg);
        File.WriteAllBytes(NewFile("figures", $"{name}.png"), png);
        var picture = svg.Length <= LargestInlineSvg
            ? $"data:image/svg+xml;base64,{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(svg))}"
            : $"data:image/png;base64,{Convert.ToBase64String(png)}";
        section.Add(new ReportFigure(name, picture, figure.Width, figure.AltText, caption));
    }

    /// <summary>Holds a published number against the measured one.</summary>
    /// <param name="id">Its name in run.json.</param>
    /// <param name="what">What is judged, in words.</param>
    /// <param name="expected">The published number.</param>
    /// <param name="skip">Why it cannot be judged here; null where it can. An interrupted run is never judged.</param>
    /// <param name="measure">Measures.</param>
    public void Judge(string id, string what, string expected, string? skip, Func<(string Measured, bool Passed)> measure)
    {
        skip = Interrupted ? "the run was interrupted" : skip;
        if (skip is not null)
        {
            _verdicts.Add(Verdict.Skip(id, what, expected, skip));
            return;
        }

        var (measured, passed) = measure();
        _verdicts.Add(Verdict.Check(id, what, expected, measured, passed));
    }

    private string NewFile(string directory, string name)
    {
        var path = directory.Length == 0 ? name : $"{directory}/{name}";
        _files.Add(path);
        return folder.PathOf(path);
    }
}
