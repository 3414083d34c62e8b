namespace ToyModels;

/// <summary>
/// Loss and gradient of one model over a batch that is read in chunks, each engine in the form that suits it. A batch is
/// <see cref="Begin"/>, then <see cref="Read"/> and <see cref="Accumulate"/> for each chunk, then <see cref="End"/>.
/// </summary>
internal abstract class GradientEngine : IDisposable
{
    /// <summary>Rows of a chunk at most.</summary>
    internal abstract int ChunkRows { get; }

    /// <summary>Threads that share the work, if there are several.</summary>
    internal virtual WorkerTeam? Team => null;

    /// <summary>∂L/∂W, n·m, feature-major: valid after <see cref="End"/>.</summary>
    internal abstract ReadOnlySpan<float> WeightGradient { get; }

    /// <summary>∂L/∂b, n values: valid after <see cref="End"/>.</summary>
    internal abstract ReadOnlySpan<float> BiasGradient { get; }

    /// <summary>∂L/∂W, ∂L/∂b, then zeros up to a whole number of vectors, where an engine keeps them in one piece: valid after <see cref="End"/>; else null.</summary>
    internal virtual PinnedBuffer? Gradient => null;

    /// <summary>Takes the parameters and clears the gradients.</summary>
    internal abstract void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias);

    /// <summary>Takes parameters that stay as they are up to <see cref="End"/> or the next call, W, then b, and clears the gradients.</summary>
    internal virtual void BeginInPlace(PinnedBuffer parameters) =>
        Begin(parameters.Span[..WeightGradient.Length], parameters.Span.Slice(WeightGradient.Length, BiasGradient.Length));

    /// <summary>Reads the next chunk.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="rows">Rows wanted, from 1 to <see cref="ChunkRows"/>.</param>
    /// <returns>Rows read; fewer only at the end of the stream.</returns>
    internal abstract int Read(SampleReader reader, int rows);

    /// <summary>Tells what the next <see cref="Read"/> will read, of this reader: it may be read while the chunk in hand is computed.</summary>
    internal virtual void Expect(SampleReader reader, int rows)
    {
    }

    /// <summary>Adds the gradient of the chunk's summed loss, times <paramref name="scale"/>.</summary>
    /// <param name="scale">What the gradient is multiplied by: one number for all chunks of a batch.</param>
    /// <param name="loss">Has Σ over the chunk's rows of Σ_i I_i (x_i − x'_i)² added to it.</param>
    internal abstract void Accumulate(float scale, ref double loss);

    /// <summary>The chunk's loss alone.</summary>
    /// <param name="loss">Has Σ over the chunk's rows of Σ_i I_i (x_i − x'_i)² added to it.</param>
    internal abstract void AddLoss(ref double loss);

    /// <summary>Adds the number of the chunk's non-zeros of each feature.</summary>
    internal abstract void CountPresent(Span<long> present);

    /// <summary>Completes the gradients of the batch.</summary>
    internal virtual void End()
    {
    }

    /// <summary>Runs work(thread, piece) for every piece from 0, shared by the team where there is one: see <see cref="WorkerTeam.Share"/>.</summary>
    protected void Share(int pieces, Action<int, int> work, Action? before = null, int kept = 0)
    {
        if (Team is { } team)
        {
            team.Share(pieces, work, before, kept);
            return;
        }

        before?.Invoke();
        for (var piece = 0; piece < pieces; piece++)
        {
            work(0, piece);
        }
    }

    /// <summary>What errors x' − x are multiplied by to give ∂L/∂x' of the summed loss: 2 I_j, times <paramref name="scale"/>.</summary>
    protected static void SetFactors(Span<float> factors, float[] importances, float scale)
    {
        for (var j = 0; j < importances.Length; j++)
        {
            factors[j] = 2 * importances[j] * scale;
        }
    }

    public virtual void Dispose()
    {
    }
}
