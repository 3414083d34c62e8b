namespace ToyModels.Pipelines.Tests;

internal sealed record NoOptions;

/// <summary>A pipeline that does what a test says.</summary>
internal sealed class StubPipeline(Action<PipelineContext> run) : Pipeline<NoOptions>
{
    public override string Name => "stub";

    public override string Summary => "Does what a test says.";

    public override string Source => "A test";

    protected override void Run(NoOptions options, PipelineContext context) => run(context);
}
