namespace ToyModels.Pipelines;

/// <summary>What a person asked to run.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Options">Its options, parsed.</param>
/// <param name="Seed">The seed that everything random derives from.</param>
/// <param name="Out">The folder; null for the next free one under artifacts/.</param>
/// <param name="Threads">Threads of the trainer; null for one a core.</param>
/// <param name="Verify">Whether a failed verdict makes the exit code 1.</param>
/// <param name="Json">Whether standard output gets one JSON object.</param>
/// <param name="Force">Whether a folder that is there may be replaced.</param>
internal sealed record RunRequest(IPipeline Pipeline, object Options, int Seed, string? Out, int? Threads, bool Verify, bool Json, bool Force);
