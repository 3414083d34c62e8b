namespace ToyModels.Pipelines;

/// <summary>Options of <see cref="Universities"/>: a worked example has none.</summary>
internal sealed record UniversitiesOptions;
