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

    /// <summary>Work of a step from which one more thread pays.</summary>
    private const double NanosecondsPerThread = 5000;

    /// <summary>Rows from which densities are counted where the data carry none.</summary>
    private const int CountedRows = 1024;

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
        var (form, cost) = Forms(instance).MinBy(form => form.Nanoseconds);

        // Every thread should have more to do than it takes to wait for the others.
        var team = (int)Math.Clamp(cost / NanosecondsPerThread, 1, threads);
        return form switch
        {
            Form.Large => new LargeGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize, team),
            Form.Dense => new DenseGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize, team),
            Form.DenseByLists => new DenseGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize, team, listsInputs: true),
            Form.Gram => new GramGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize, team),
            Form.Small => new SmallGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize, leavesEmptyRowsOut: false),
            _ => new SmallGradient<TSimd, TF, TI>(options.Kind, features, options.Hidden, importances, options.BatchSize, leavesEmptyRowsOut: true),
        };
    }

    /// <summary>
    /// The forms that suit an instance, and what a step costs in each. The costs are nanoseconds of one core, fitted to measurements on one machine (AVX2
    /// at 3.5 GHz): only their ratios matter, and those hardly change between machines. They stand here and are never measured at run time,
    /// since the forms round differently. They follow from shape and densities alone, whoever has the rows: the same rows train the same model.
    /// </summary>
    private static IEnumerable<(Form Form, double Nanoseconds)> Forms(TrainingInstance instance)
    {
        double features = instance.Samples.FeatureCount;
        double hidden = instance.Options.Hidden;
        double batch = instance.Options.BatchSize;
        double present = 0, empty = 1;
        var isDrawnWhole = false;
        var densities = Densities(instance);
        foreach (var density in densities)
        {
            present += density;
            empty *= 1 - density;
            isDrawnWhole |= density >= DensityRun.DenseFrom(instance.Samples.FeatureCount);
        }

        if (SmallGradient.Fits(instance.Samples.FeatureCount, instance.Options.Hidden))
        {
            // Reading an element, computing a row, and looking whether it is empty, where such rows are not left out when they are drawn.
            var (read, row, look) = (0.2 * features, (0.16 * features * hidden) + (0.1 * features), 0.2 + (0.12 * features));
            yield return NonEmptyLaw.Holds(densities.AsSpan())
                ? (Form.SmallNonEmpty, batch * (1 - empty) * ((1.2 * read) + row))
                : (Form.SmallNonEmpty, batch * (read + look + ((1 - empty) * row)));
            yield return (Form.Small, batch * (read + row));
            yield break;
        }

        // A row through five products of n·m multiply-adds, and through the errors of n outputs.
        var isByLength = LengthLaw.Holds(densities.AsSpan());
        var drawing = isDrawnWhole ? 0.2 * features : (0.05 * features) + ((isByLength ? 6.5 : 3) * present);
        yield return (Form.Dense, batch * ((0.115 * features * hidden) + (0.2 * features) + drawing));
        if (DenseGradient.IsSmall(instance.Samples.FeatureCount, instance.Options.Hidden))
        {
            // Two of the five by the non-zeros of x, which are listed first.
            yield return (Form.DenseByLists, batch
                * ((0.069 * features * hidden) + (0.36 * features) + drawing + (1.2 * hidden) + (present * (1.2 + (0.09 * hidden)))));
        }

        if (LargeGradient.Fits(instance.Samples.FeatureCount, instance.Options.Hidden))
        {
            yield return (Form.Large, batch * (((0.06 + (0.07 * present / features)) * features * hidden) + (1.8 * features)));
        }

        if (features <= MostGramFeatures)
        {
            // Either way, with about as many live outputs as trained models have. Listing costs beside, for each non-zero drawn, or where every element is drawn for each.
            var rows = batch * (1 - empty);
            var passing = GramCosts.ByGram(features, hidden, rows, batch * present);
            if (instance.Options.Kind == ToyModelKind.ReluOutput)
            {
                passing = Math.Min(passing, GramCosts.ByLiveOutputs(features, hidden, rows, batch * present, 3 * batch * present));
            }

            var listing = isDrawnWhole ? 22 + (0.5 * features) : (isByLength ? 1.5 : 3.5) * present;
            yield return (Form.Gram, 400 + (batch * listing) + passing);
        }
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

    private enum Form
    {
        Dense,
        DenseByLists,
        Large,
        Gram,
        Small,
        SmallNonEmpty,
    }
}
