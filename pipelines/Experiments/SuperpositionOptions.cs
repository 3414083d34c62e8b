using System.Collections.Immutable;

namespace ToyModels.Pipelines;

/// <summary>Options of <see cref="Superposition"/>; the defaults are the published configuration.</summary>
internal sealed record SuperpositionOptions
{
    [PipelineOption("The models' sizes: features n, hidden dimensions m.", Names = ["n20-m5", "n80-m20"])]
    public ImmutableArray<string> Sizes { get; init; } = ["n20-m5", "n80-m20"];

    [PipelineOption("The forward passes.", Names = ["linear", "relu-output"])]
    public ImmutableArray<string> Models { get; init; } = ["linear", "relu-output"];

    [PipelineOption("Densities p = 1 − S: the probability that a feature is there.", Min = 1e-5, Max = 1)]
    public ImmutableArray<float> Densities { get; init; } = [1, 0.3f, 0.1f, 0.03f, 0.01f, 0.003f, 0.001f];

    [PipelineOption("Optimiser steps of each model.", Min = 1, Max = 10_000_000)]
    public int Steps { get; init; } = 10_000;

    [PipelineOption("Fresh rows a step.", Min = 1, Max = 65_536)]
    public int Batch { get; init; } = 1024;

    [PipelineOption("Trainings of each model from different weights; the one of lowest loss is kept.", Min = 1, Max = 1000)]
    public int Restarts { get; init; } = 1;

    [PipelineOption("Learning rate of AdamW.", Min = 1e-6, Max = 1)]
    public float LearningRate { get; init; } = 1e-3f;
}
