namespace ToyModels.Pipelines;

/// <summary>An experiment whose options are a record: its defaults are the published configuration.</summary>
internal abstract class Pipeline<TOptions> : IPipeline where TOptions : class, new()
{
    protected Pipeline() => Options = OptionTable.Of<TOptions>(Name);

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract string Summary { get; }

    /// <inheritdoc/>
    public abstract string Source { get; }

    /// <inheritdoc/>
    public OptionTable Options { get; }

    /// <inheritdoc/>
    void IPipeline.Run(object options, PipelineContext context) => Run((TOptions)options, context);

    /// <summary>Runs it.</summary>
    protected abstract void Run(TOptions options, PipelineContext context);
}
