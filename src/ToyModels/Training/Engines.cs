using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>
/// Chooses how an instance is computed. Which engine is a pure function of shape, density and options, so that results do not depend on the
/// machine; which vectors it uses is the hardware's, and changes no bit.
/// </summary>
internal static class Engines
{
    /// <summary>Features up to which the n² numbers of the form over non-zeros, twice 256 MB then, are worth their memory.</summary>
    private const int MostGramFeatures = 8192;

    /// <summary>Rows from which densities are counted where the data carry none.</summary>
    private const int CountedRows = 1024;

    internal static GradientEngine Create(TrainingInstance instance, ReadOnlySpan<float> importances) =>
        Vector512.IsHardwareAccelerated ? Create<Simd512, Vector512<float>, Vector512<int>>(instance, importances)
        : Vector256.IsHardwareAccelerated ? Create<Simd256, Vector256<float>, Vector256<int>>(instance, importances)
        : Create<Simd128, Vector128<float>, Vector128<int>>(instance, importances);

    private static GradientEngine Create<TSimd, TF, TI>(TrainingInstance instance, ReadOnlySpan<float> importances)
        where TSimd : struct, ISimd<TF, TI>
        where TF : unmanaged
        where TI : unmanaged
    {
        var options = instance.Options;
        var features = instance.Samples.FeatureCount;
        return PrefersGram(instance)
            ? new GramGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize)
            : new DenseGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize);
    }

    /// <summary>
    /// Whether the form over non-zeros costs less. Costs in units of one vector of sixteen multiply-adds: the dense form does five products of
    /// n·m a row, and the pass over errors; the other form a fixed 2n²m a step, and for each row that holds a non-zero n outputs.
    /// </summary>
    private static bool PrefersGram(TrainingInstance instance)
    {
        if (instance.Samples.FeatureCount > MostGramFeatures)
        {
            return false;
        }

        double features = instance.Samples.FeatureCount;
        double hidden = instance.Options.Hidden;
        double batch = instance.Options.BatchSize;
        double present = 0, empty = 1;
        foreach (var density in Densities(instance))
        {
            present += density;
            empty *= 1 - density;
        }

        var panels = Math.Ceiling(features / Lanes.Count);
        var dense = batch * ((5 * features * hidden) + (8 * features)) / Lanes.Count;
        var gram = (3 * features * features * hidden / Lanes.Count) + (2 * features * features)
            + (batch * (1 - empty) * panels * 8) + (batch * present * ((panels * 4) + 6));
        return gram < dense;
    }

    /// <summary>The densities that the data carry, else the fraction of non-zeros among the first rows of the first pass.</summary>
    private static ImmutableArray<float> Densities(TrainingInstance instance)
    {
        var samples = instance.Samples;
        if (!samples.Densities.IsDefault)
        {
            return samples.Densities;
        }

        var n = samples.FeatureCount;
        var (rows, present) = (0, new int[n]);
        var chunk = new float[n * Lanes.Count];
        using var reader = samples.OpenTraining(1, instance.Options.Seed!.Value);
        while (rows < CountedRows && reader.Read(chunk, Lanes.Count, Lanes.Count) is var read and > 0)
        {
            rows += read;
            for (var i = 0; i < n; i++)
            {
                present[i] += Lanes.Count - chunk.AsSpan(i * Lanes.Count, Lanes.Count).Count(0f);
            }
        }

        return [.. present.Select(count => (float)count / Math.Max(rows, 1))];
    }
}
