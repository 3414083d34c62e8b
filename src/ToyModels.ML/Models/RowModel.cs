using System.Collections.Immutable;

namespace ToyModels.ML;

/// <summary>What a row's columns are computed with, whatever kind of model it is. Immutable and thread-safe.</summary>
internal sealed record RowModel
{
    internal required OutputColumns Columns { get; init; }

    /// <summary>n names.</summary>
    internal required ImmutableArray<string> FeatureNames { get; init; }

    /// <summary>Number of hidden dimensions; 0 for a model that tells of none.</summary>
    internal required int HiddenCount { get; init; }

    /// <summary>n importances, behind the loss.</summary>
    internal required ImmutableArray<float> Importances { get; init; }

    /// <summary>The reduction of the loss.</summary>
    internal required LossReduction Reduction { get; init; }

    /// <summary>The weights that travel as annotations with every column; null for none.</summary>
    internal required AnnotatedModel? Annotated { get; init; }

    /// <summary>Makes a forward pass for one thread.</summary>
    internal required Func<IRowForward> CreateForward { get; init; }

    /// <summary>The toy model that takes whole blocks of rows, to the same bits as its forward pass row by row; null where rows go one by one.</summary>
    internal ToyModel? Blocks { get; init; }
}
