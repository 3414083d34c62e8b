namespace ToyModels.Pipelines;

/// <summary>One experiment of the literature: data, models, figures, and the published numbers that it must show.</summary>
internal interface IPipeline
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>What it shows, in one line.</summary>
    string Summary { get; }

    /// <summary>Where it was published.</summary>
    string Source { get; }

    /// <summary>Its options.</summary>
    OptionTable Options { get; }

    /// <summary>Runs it.</summary>
    /// <param name="options">The record that <see cref="Options"/> made.</param>
    /// <param name="context">What it works with and writes to.</param>
    void Run(object options, PipelineContext context);
}
