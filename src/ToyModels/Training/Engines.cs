using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>
/// Chooses how an instance is computed. Which engine is a pure function of shape, density and options, so that results do not depend on the
/// machine; which vectors it uses is the hardware's, and changes no bit.
/// </summary>
internal static class Engines
{
    /// <param name="instance">What is trained.</param>
    /// <param name="importances">Its n importances.</param>
    /// <param name="threads">Threads that it may use; they change no bit.</param>
    internal static GradientEngine Create(TrainingInstance instance, ReadOnlySpan<float> importances, int threads) =>
        Vector512.IsHardwareAccelerated ? Create<Simd512, Vector512<float>, Vector512<int>>(instance, importances, threads)
        : Vector256.IsHardwareAccelerated ? Create<Simd256, Vector256<float>, Vector256<int>>(instance, importances, threads)
        : Create<Simd128, Vector128<float>, Vector128<int>>(instance, importances, threads);

    internal static AdamW CreateOptimizer(OptimizerOptions options, int parameters) =>
        Vector512.IsHardwareAccelerated ? new AdamW<Simd512, Vector512<float>, Vector512<int>>(options, parameters)
        : Vector256.IsHardwareAccelerated ? new AdamW<Simd256, Vector256<float>, Vector256<int>>(options, parameters)
        : new AdamW<Simd128, Vector128<float>, Vector128<int>>(options, parameters);

    private static GradientEngine Create<TSimd, TF, TI>(TrainingInstance instance, ReadOnlySpan<float> importances, int threads)
        where TSimd : struct, ISimd<TF, TI>
        where TF : unmanaged
        where TI : unmanaged
    {
        var options = instance.Options;
        var features = instance.Samples.FeatureCount;
        if (PrefersGram(instance))
        {
            return new GramGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize);
        }

        if (SmallGradient<TSimd, TF, TI>.Fits(features, options.Hidden))
        {
            return new SmallGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize);
        }

        var first = new DenseGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize);
        var members = new DenseEngine[Math.Min(threads, (options.BatchSize + first.ChunkRows - 1) / first.ChunkRows)];
        if (members.Length == 1)
        {
            return first;
        }

        members[0] = first;
        for (var i = 1; i < members.Length; i++)
        {
            members[i] = new DenseGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize);
        }

        return new TeamGradient(members);
    }

    /// <summary>
    /// Whether the form over non-zeros costs less. Costs in units of one vector of sixteen multiply-adds: the dense form does five products of
    /// n·m a row, and the pass over errors; the other form a fixed 2n²m a step, and for each row that holds a non-zero n outputs.
    /// </summary>
    private static bool PrefersGram(TrainingInstance instance)
    {
        if (instance.Samples.Densities.IsDefault)
        {
            return false;
        }

        double features = instance.Samples.FeatureCount;
        double hidden = instance.Options.Hidden;
        double batch = instance.Options.BatchSize;
        double present = 0, empty = 1;
        foreach (var density in instance.Samples.Densities)
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
}
