using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ToyModels;

/// <summary>
/// The matrix products that training consists of, samples in vector lanes.
/// <para>
/// <see cref="Product"/> and <see cref="OutputErrors"/>: C[r, s] = c_r + Σ_q A[r, q]·B[q, s], one chain of fused multiply-adds over q in order for
/// each (r, s). A holds weights, B and C samples: h = Wx and ∂h = W∂o (q over features), o = b + Wᵀh (q over hidden dimensions), whose
/// blocks turn into errors before they leave the registers. A register block of up to six rows by two vectors keeps twelve chains going:
/// enough to hide the latency of the multiply-add, and all that sixteen registers hold. It passes all samples before the next rows come. With vectors of sixteen
/// there are thirty-two registers; larger blocks gain nothing there.
/// Chains longer than <see cref="DepthPanel"/> are broken off and taken up again, so that the weights of a block stay in the nearest cache.
/// </para>
/// <para>
/// <see cref="AddOuter"/>: G[j, k] += Σ_s (D[j, s]·H[k, s] + X[j, s]·E[k, s]), the weight gradient of a tied model, summed over samples
/// in the sixteen lanes of <see cref="Lanes"/>, which are joined at the end. A register block is four rows by three columns, twelve chains, which
/// pass the samples once for each part of the lanes that a vector holds: seven loads for twelve multiply-adds, whatever the hardware.
/// </para>
/// </summary>
internal static unsafe class DenseKernels<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Steps of a chain without a break.</summary>
    private const int DepthPanel = 256;

    /// <summary>Rows of a register block at most.</summary>
    private const int MostRows = 6;

    /// <summary>Rows of a register block of the outer product: of D and X, which pass all columns of H and E before the next come.</summary>
    private const int OuterRows = 4;

    /// <summary>Columns of a register block of the outer product.</summary>
    private const int OuterColumns = 3;

    /// <summary>Columns whose lanes are put down before they are joined, so few that they stay in the nearest cache.</summary>
    private const int ColumnsAtOnce = 48;

    /// <summary>Numbers that they take in each row.</summary>
    private const int LanesOfRow = ColumnsAtOnce * Lanes.Count;

    /// <summary>Numbers that <see cref="AddOuter"/> puts down.</summary>
    internal const int OuterLanes = OuterRows * LanesOfRow;

    /// <summary>C = A·B.</summary>
    /// <param name="a">A: row r, step q at [r·aRow + q·aStep].</param>
    /// <param name="aRow">Distance between rows of A.</param>
    /// <param name="aStep">Distance between steps of A.</param>
    /// <param name="rows">Rows of C.</param>
    /// <param name="depth">Length of each chain.</param>
    /// <param name="b">B, depth × samples.</param>
    /// <param name="c">C, rows × samples.</param>
    /// <param name="samples">Samples, a multiple of sixteen.</param>
    internal static void Product(float* a, nint aRow, nint aStep, int rows, int depth, SampleMatrix b, SampleMatrix c, int samples) =>
        Product<Begun, TakenUp>(a, aRow, aStep, rows, depth, b, 0, c, 0, samples);

    /// <summary>C = A·B, samples in panels of sixteen. Where a panel is one vector, two go side by side: one alone would keep half as many chains going.</summary>
    /// <param name="a">A: row r, step q at [r·aRow + q·aStep].</param>
    /// <param name="aRow">Distance between rows of A.</param>
    /// <param name="aStep">Distance between steps of A.</param>
    /// <param name="rows">Rows of C.</param>
    /// <param name="depth">Length of each chain.</param>
    /// <param name="b">The first panel of B, depth × 16.</param>
    /// <param name="bPanel">Distance between panels of B.</param>
    /// <param name="c">The first panel of C, rows × 16.</param>
    /// <param name="cPanel">Distance between panels of C.</param>
    /// <param name="panels">Panels, up to <see cref="PanelsAtOnce"/>.</param>
    internal static void PanelProduct(
        float* a, nint aRow, nint aStep, int rows, int depth, SampleMatrix b, nint bPanel, SampleMatrix c, nint cPanel, int panels)
    {
        if (panels == 1)
        {
            Product(a, aRow, aStep, rows, depth, b, c, Lanes.Count);
        }
        else
        {
            Product<BegunPanels, TakenUpPanels>(a, aRow, aStep, rows, depth, b, bPanel, c, cPanel, 2 * Lanes.Count);
        }
    }

    /// <summary>Panels that <see cref="PanelProduct"/> takes at most.</summary>
    internal static int PanelsAtOnce => TSimd.Width == Lanes.Count ? 2 : 1;

    private static void Product<TBegun, TTakenUp>(
        float* a, nint aRow, nint aStep, int rows, int depth, SampleMatrix b, nint bPanel, SampleMatrix c, nint cPanel, int samples)
        where TBegun : struct, IRole
        where TTakenUp : struct, IRole
    {
        for (var first = 0; first < depth; first += DepthPanel)
        {
            var steps = Math.Min(DepthPanel, depth - first);
            for (int blocks = (rows + MostRows - 1) / MostRows, r = 0; blocks > 0; blocks--)
            {
                var height = (rows - r + blocks - 1) / blocks;
                var chains = new Chains(a + (r * aRow) + (first * aStep), aRow, aStep, steps, b.From(first, 0), c.From(r, 0), bPanel, cPanel);
                if (first == 0)
                {
                    Pass<TBegun, Off, Off>(height, chains, default, 0, samples);
                }
                else
                {
                    Pass<TTakenUp, Off, Off>(height, chains, default, 0, samples);
                }

                r += height;
            }
        }
    }

    /// <summary>D = ∂L/∂o of outputs o = b + Wᵀh: factor_j·(x' − x), 0 where a ReLU is off.</summary>
    /// <param name="weights">W, feature-major and contiguous.</param>
    /// <param name="bias">b.</param>
    /// <param name="factor">2 I_j, times the scale of the gradient.</param>
    /// <param name="features">Number of features n.</param>
    /// <param name="hidden">Number of hidden dimensions m.</param>
    /// <param name="h">h, hidden × samples.</param>
    /// <param name="x">The targets, features × samples.</param>
    /// <param name="d">D, features × samples; 0 past the last sample up to the next sixteen.</param>
    /// <param name="samples">Number of samples.</param>
    /// <param name="biasGradient">Has Σ_s D[j, s] added to it.</param>
    /// <returns>Σ factor_j·(x' − x)² over all features and samples.</returns>
    internal static double OutputErrors<TRelu>(
        float* weights, float* bias, float* factor, int features, int hidden, SampleMatrix h, SampleMatrix x, SampleMatrix d, int samples, float* biasGradient)
        where TRelu : struct, ISwitch
    {
        var sums = stackalloc float[(MostRows + 3) * Lanes.Count];
        var loss = sums + (MostRows * Lanes.Count);
        var mask = loss + (2 * Lanes.Count);
        var whole = samples & -Lanes.Count;
        Lanes.Mask(mask, samples - whole);
        var total = 0.0;
        for (int blocks = (features + MostRows - 1) / MostRows, j = 0; blocks > 0; blocks--)
        {
            var height = (features - j + blocks - 1) / blocks;
            new Span<float>(sums, (MostRows + 2) * Lanes.Count).Clear();
            var chains = new Chains(weights + ((nint)j * hidden), hidden, 1, hidden, h, d.From(j, 0));
            var errors = new ErrorTerms(bias + j, factor + j, x.From(j, 0), mask, sums, loss);
            Pass<Output, TRelu, Off>(height, chains, errors, 0, whole);
            if (whole < samples)
            {
                Pass<Output, TRelu, On>(height, chains, errors, whole, whole + Lanes.Count);
            }

            for (var r = 0; r < height; r++)
            {
                biasGradient[j + r] += Lanes.Sum(sums + (r * Lanes.Count));
            }

            total += Lanes.Sum(loss) + (double)Lanes.Sum(loss + Lanes.Count);
            j += height;
        }

        return total;
    }

    /// <summary>
    /// The same for a segment of samples and some of the features, their losses and the gradients of their biases slice by slice. h lies in panels of
    /// <see cref="PanelSamples"/> samples, hidden × samples each, so that the part of a panel that chains of <see cref="DepthPanel"/> steps meet is one piece of
    /// memory that stays in the nearest cache's reach. The parts of all panels and D of some dozens of features stay in the second cache meanwhile; W passes once.
    /// </summary>
    /// <param name="weights">W, feature-major and contiguous, from the first feature on.</param>
    /// <param name="bias">b, from the first feature on.</param>
    /// <param name="factor">2 I_j, times the scale of the gradient, from the first feature on.</param>
    /// <param name="features">Number of features.</param>
    /// <param name="hidden">Number of hidden dimensions m.</param>
    /// <param name="panels">h, panel after panel.</param>
    /// <param name="x">The targets, features × samples.</param>
    /// <param name="d">D, features × samples; 0 past the last sample up to the next sixteen.</param>
    /// <param name="samples">Number of samples.</param>
    /// <param name="sliceRows">Samples of a slice, a multiple of <see cref="PanelSamples"/>.</param>
    /// <param name="sums">Receive losses and gradients of biases.</param>
    internal static void PanelErrors<TRelu>(
        float* weights, float* bias, float* factor, int features, int hidden, float* panels, SampleMatrix x, SampleMatrix d, int samples, int sliceRows, in SliceSums sums)
        where TRelu : struct, ISwitch
    {
        var lanes = stackalloc float[(MostRows + 3) * Lanes.Count];
        var loss = lanes + (MostRows * Lanes.Count);
        var mask = loss + (2 * Lanes.Count);
        var whole = samples & -Lanes.Count;
        Lanes.Mask(mask, samples - whole);
        var panelSamples = PanelSamples;
        var count = BlocksOf(features);
        for (var first = 0; first < hidden; first += DepthPanel)
        {
            var steps = Math.Min(DepthPanel, hidden - first);
            for (int block = 0, j = 0; block < count; block++)
            {
                var height = (features - j + count - block - 1) / (count - block);
                var a = weights + ((nint)j * hidden) + first;
                var errors = new ErrorTerms(bias + j, factor + j, x.From(j, 0), mask, lanes, loss);
                for (var from = 0; from < samples; from += sliceRows)
                {
                    var end = Math.Min(from + sliceRows, samples);
                    new Span<float>(lanes, (MostRows + 2) * Lanes.Count).Clear();
                    for (var s = from; s < end; s += panelSamples)
                    {
                        Prefetch(a + (height * (nint)hidden) + s, height, hidden);
                        var b = new SampleMatrix(panels + ((nint)s * hidden) + ((nint)first * panelSamples) - s, panelSamples);
                        var chains = new Chains(a, hidden, 1, steps, b, d.From(j, 0));
                        var (panelEnd, isFirst) = (Math.Min(s + panelSamples, end), first == 0);
                        if (first + steps < hidden)
                        {
                            panelEnd = Lanes.RoundUp(panelEnd);
                            if (isFirst)
                            {
                                Pass<Biased, Off, Off>(height, chains, errors, s, panelEnd);
                            }
                            else
                            {
                                Pass<TakenUp, Off, Off>(height, chains, errors, s, panelEnd);
                            }
                        }
                        else if (isFirst)
                        {
                            Outputs<Output, TRelu>(height, chains, errors, s, panelEnd);
                        }
                        else
                        {
                            Outputs<TakenUpOutput, TRelu>(height, chains, errors, s, panelEnd);
                        }
                    }

                    if (first + steps == hidden)
                    {
                        var slice = from / sliceRows;
                        for (var r = 0; r < height; r++)
                        {
                            sums.Bias[(slice * sums.BiasStride) + j + r] = Lanes.Sum(lanes + (r * Lanes.Count));
                        }

                        sums.Losses[(slice * sums.LossStride) + block] = Lanes.Sum(loss) + (double)Lanes.Sum(loss + Lanes.Count);
                    }
                }

                j += height;
            }
        }
    }

    /// <summary>Samples of a panel of h.</summary>
    internal static int PanelSamples => Math.Max(Lanes.Count, 2 * TSimd.Width);

    /// <summary>Register blocks of the outputs of so many features, equally high or nearly so, the higher ones first.</summary>
    internal static int BlocksOf(int features) => (features + MostRows - 1) / MostRows;

    /// <summary>Asks for the next few rows' weights, a cache line of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* weights, int rows, nint rowLength)
    {
        if (Sse.IsSupported)
        {
            for (var r = 0; r < rows; r++)
            {
                Sse.Prefetch1(weights + (r * rowLength));
            }
        }
    }

    private static void Outputs<TRole, TRelu>(int height, in Chains chains, in ErrorTerms errors, int first, int end)
        where TRole : struct, IRole
        where TRelu : struct, ISwitch
    {
        var whole = end & -Lanes.Count;
        Pass<TRole, TRelu, Off>(height, chains, errors, first, whole);
        if (whole < end)
        {
            Pass<TRole, TRelu, On>(height, chains, errors, whole, whole + Lanes.Count);
        }
    }

    private static void Pass<TRole, TRelu, TMasked>(int height, in Chains chains, in ErrorTerms errors, int first, int end)
        where TRole : struct, IRole
        where TRelu : struct, ISwitch
        where TMasked : struct, ISwitch
    {
        switch (height)
        {
            case 1:
                Pass<One, TRole, TRelu, TMasked>(chains, errors, first, end);
                break;
            case 2:
                Pass<Two, TRole, TRelu, TMasked>(chains, errors, first, end);
                break;
            case 3:
                Pass<Three, TRole, TRelu, TMasked>(chains, errors, first, end);
                break;
            case 4:
                Pass<Four, TRole, TRelu, TMasked>(chains, errors, first, end);
                break;
            case 5:
                Pass<Five, TRole, TRelu, TMasked>(chains, errors, first, end);
                break;
            default:
                Pass<Six, TRole, TRelu, TMasked>(chains, errors, first, end);
                break;
        }
    }

    private static void Pass<TRows, TRole, TRelu, TMasked>(in Chains chains, in ErrorTerms errors, int first, int end)
        where TRows : struct, ICount
        where TRole : struct, IRole
        where TRelu : struct, ISwitch
        where TMasked : struct, ISwitch
    {
        var pairs = first + ((end - first) & -(2 * TSimd.Width));
        if (first < pairs)
        {
            Blocks<TRows, Two, TRole, TRelu, TMasked>(chains, errors, first, pairs);
        }

        if (pairs < end)
        {
            Blocks<TRows, One, TRole, TRelu, TMasked>(chains, errors, pairs, end);
        }
    }

    /// <summary>
    /// Block after block. Two steps of a chain at a time, so that counting takes less of what a core can issue. The loop over samples stands here, next to
    /// the chains: a method for one block is too large to be inlined into it, and would start out unoptimised.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Blocks<TRows, TVectors, TRole, TRelu, TMasked>(in Chains chains, in ErrorTerms errors, nint first, nint end)
        where TRows : struct, ICount
        where TVectors : struct, ICount
        where TRole : struct, IRole
        where TRelu : struct, ISwitch
        where TMasked : struct, ISwitch
    {
        float* a0 = chains.A, a1 = a0 + chains.ARow, a2 = a1 + chains.ARow, a3 = a2 + chains.ARow, a4 = a3 + chains.ARow, a5 = a4 + chains.ARow;
        nint aStep = chains.AStep, bStride = chains.B.Stride, cStride = chains.C.Stride;
        nint depth = chains.Steps * aStep, pairs = depth - aStep;
        nint bNext = TRole.IsOfPanels ? chains.BPanel : TSimd.Width, cNext = TRole.IsOfPanels ? chains.CPanel : TSimd.Width;
        for (var s = first; s < end; s += TVectors.Value * TSimd.Width)
        {
            float* c = chains.C.Start + s, b = chains.B.Start + s;
            TF c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
            TF c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
            Start<TVectors, TRole>(c, cNext, errors.Bias, 0, ref c00, ref c01);
            if (TRows.Value > 1)
            {
                Start<TVectors, TRole>(c + cStride, cNext, errors.Bias, 1, ref c10, ref c11);
            }

            if (TRows.Value > 2)
            {
                Start<TVectors, TRole>(c + (2 * cStride), cNext, errors.Bias, 2, ref c20, ref c21);
            }

            if (TRows.Value > 3)
            {
                Start<TVectors, TRole>(c + (3 * cStride), cNext, errors.Bias, 3, ref c30, ref c31);
            }

            if (TRows.Value > 4)
            {
                Start<TVectors, TRole>(c + (4 * cStride), cNext, errors.Bias, 4, ref c40, ref c41);
            }

            if (TRows.Value > 5)
            {
                Start<TVectors, TRole>(c + (5 * cStride), cNext, errors.Bias, 5, ref c50, ref c51);
            }

            nint q = 0;
            for (; q < pairs; q += 2 * aStep)
            {
                var next = q + aStep;
                Step<TRows, TVectors>(a0 + q, a1 + q, a2 + q, a3 + q, a4 + q, a5 + q, b, bNext,
                    ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
                Step<TRows, TVectors>(a0 + next, a1 + next, a2 + next, a3 + next, a4 + next, a5 + next, b + bStride, bNext,
                    ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
                b += 2 * bStride;
            }

            if (q < depth)
            {
                Step<TRows, TVectors>(a0 + q, a1 + q, a2 + q, a3 + q, a4 + q, a5 + q, b, bNext,
                    ref c00, ref c01, ref c10, ref c11, ref c20, ref c21, ref c30, ref c31, ref c40, ref c41, ref c50, ref c51);
            }

            if (TRole.IsOutput)
            {
                // Squared errors run in 32 lanes, so that two vectors of sixteen never meet in one.
                var loss = errors.Loss + (s & ((2 * Lanes.Count) - 1));
                float* x = errors.X.Start + s, factor = errors.Factor, sums = errors.Sums, mask = errors.Mask;
                nint xStride = errors.X.Stride, lane = TVectors.Value * TSimd.Width >= Lanes.Count ? 0 : s & (Lanes.Count - 1);
                TF loss0 = TSimd.Load(loss), loss1 = TVectors.Value > 1 ? TSimd.Load(loss + TSimd.Width) : loss0;
                Error<TVectors, TRelu, TMasked>(0, x, factor, sums, lane, mask, ref c00, ref c01, ref loss0, ref loss1);
                if (TRows.Value > 1)
                {
                    x += xStride;
                    Error<TVectors, TRelu, TMasked>(1, x, factor, sums, lane, mask, ref c10, ref c11, ref loss0, ref loss1);
                }

                if (TRows.Value > 2)
                {
                    x += xStride;
                    Error<TVectors, TRelu, TMasked>(2, x, factor, sums, lane, mask, ref c20, ref c21, ref loss0, ref loss1);
                }

                if (TRows.Value > 3)
                {
                    x += xStride;
                    Error<TVectors, TRelu, TMasked>(3, x, factor, sums, lane, mask, ref c30, ref c31, ref loss0, ref loss1);
                }

                if (TRows.Value > 4)
                {
                    x += xStride;
                    Error<TVectors, TRelu, TMasked>(4, x, factor, sums, lane, mask, ref c40, ref c41, ref loss0, ref loss1);
                }

                if (TRows.Value > 5)
                {
                    x += xStride;
                    Error<TVectors, TRelu, TMasked>(5, x, factor, sums, lane, mask, ref c50, ref c51, ref loss0, ref loss1);
                }

                Store<TVectors>(loss0, loss1, loss, TSimd.Width);
            }

            Store<TVectors>(c00, c01, c, cNext);
            if (TRows.Value > 1)
            {
                c += cStride;
                Store<TVectors>(c10, c11, c, cNext);
            }

            if (TRows.Value > 2)
            {
                c += cStride;
                Store<TVectors>(c20, c21, c, cNext);
            }

            if (TRows.Value > 3)
            {
                c += cStride;
                Store<TVectors>(c30, c31, c, cNext);
            }

            if (TRows.Value > 4)
            {
                c += cStride;
                Store<TVectors>(c40, c41, c, cNext);
            }

            if (TRows.Value > 5)
            {
                c += cStride;
                Store<TVectors>(c50, c51, c, cNext);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start<TVectors, TRole>(float* c, nint cNext, float* bias, int row, ref TF c0, ref TF c1)
        where TVectors : struct, ICount
        where TRole : struct, IRole
    {
        if (TRole.IsFromBias)
        {
            c0 = TSimd.Splat(bias[row]);
            c1 = c0;
        }
        else if (TRole.IsTakenUp)
        {
            c0 = TSimd.Load(c);
            c1 = TVectors.Value > 1 ? TSimd.Load(c + cNext) : c0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows, TVectors>(
        float* a0, float* a1, float* a2, float* a3, float* a4, float* a5, float* b, nint bNext,
        ref TF c00, ref TF c01, ref TF c10, ref TF c11, ref TF c20, ref TF c21, ref TF c30, ref TF c31, ref TF c40, ref TF c41, ref TF c50, ref TF c51)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        var b0 = TSimd.Load(b);
        var b1 = TVectors.Value > 1 ? TSimd.Load(b + bNext) : b0;
        Step<TVectors>(a0, b0, b1, ref c00, ref c01);
        if (TRows.Value > 1)
        {
            Step<TVectors>(a1, b0, b1, ref c10, ref c11);
        }

        if (TRows.Value > 2)
        {
            Step<TVectors>(a2, b0, b1, ref c20, ref c21);
        }

        if (TRows.Value > 3)
        {
            Step<TVectors>(a3, b0, b1, ref c30, ref c31);
        }

        if (TRows.Value > 4)
        {
            Step<TVectors>(a4, b0, b1, ref c40, ref c41);
        }

        if (TRows.Value > 5)
        {
            Step<TVectors>(a5, b0, b1, ref c50, ref c51);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TVectors>(float* a, TF b0, TF b1, ref TF c0, ref TF c1)
        where TVectors : struct, ICount
    {
        var weight = TSimd.Splat(*a);
        c0 = TSimd.MultiplyAdd(weight, b0, c0);
        if (TVectors.Value > 1)
        {
            c1 = TSimd.MultiplyAdd(weight, b1, c1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVectors>(TF c0, TF c1, float* c, nint cNext)
        where TVectors : struct, ICount
    {
        TSimd.Store(c0, c);
        if (TVectors.Value > 1)
        {
            TSimd.Store(c1, c + cNext);
        }
    }

    /// <summary>Outputs of one row become errors; <paramref name="lane"/> is that of the first vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Error<TVectors, TRelu, TMasked>(
        int row, float* x, float* factor, float* sums, nint lane, float* mask, ref TF c0, ref TF c1, ref TF loss0, ref TF loss1)
        where TVectors : struct, ICount
        where TRelu : struct, ISwitch
        where TMasked : struct, ISwitch
    {
        Error<TRelu, TMasked>(row, x, 0, factor, sums, lane, mask, ref c0, ref loss0);
        if (TVectors.Value > 1)
        {
            Error<TRelu, TMasked>(row, x, TSimd.Width, factor, sums, (lane + TSimd.Width) & (Lanes.Count - 1), mask, ref c1, ref loss1);
        }
    }

    /// <summary>Target and factor come from memory where they are needed, and not before: the chains leave no registers for them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Error<TRelu, TMasked>(int row, float* x, nint sample, float* factor, float* sums, nint lane, float* mask, ref TF c, ref TF loss)
        where TRelu : struct, ISwitch
        where TMasked : struct, ISwitch
    {
        if (TMasked.IsOn)
        {
            // An output of 0 against a target of 0: no error, and a ReLU that is off.
            c = TSimd.WherePositive(TSimd.Load(mask + lane), c);
        }

        var error = TSimd.Subtract(Errors<TSimd, TF, TI>.Shown<TRelu>(c), TSimd.Load(x + sample));
        var d = TSimd.Multiply(TSimd.Splat(factor[row]), error);
        loss = TSimd.MultiplyAdd(d, error, loss);
        c = Errors<TSimd, TF, TI>.WhereOn<TRelu>(c, d);
        TSimd.Store(TSimd.Add(TSimd.Load(sums + (row * Lanes.Count) + lane), c), sums + (row * Lanes.Count) + lane);
    }

    /// <summary>G += D·Hᵀ + X·Eᵀ.</summary>
    /// <param name="d">D, features × samples.</param>
    /// <param name="h">H, hidden × samples.</param>
    /// <param name="x">X, features × samples.</param>
    /// <param name="e">E, hidden × samples.</param>
    /// <param name="gradient">G, features × hidden.</param>
    /// <param name="rowLength">Distance between rows of G.</param>
    /// <param name="features">Rows of G.</param>
    /// <param name="hidden">Columns of G.</param>
    /// <param name="samples">Samples, a multiple of sixteen.</param>
    /// <param name="lanes">Room for <see cref="OuterLanes"/> numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddOuter(
        SampleMatrix d, SampleMatrix h, SampleMatrix x, SampleMatrix e, float* gradient, nint rowLength, int features, int hidden, int samples, float* lanes)
    {
        for (var j = 0; j < features; j += OuterRows)
        {
            var height = Math.Min(OuterRows, features - j);
            for (var first = 0; first < hidden; first += ColumnsAtOnce)
            {
                var columns = Math.Min(ColumnsAtOnce, hidden - first);
                for (var k = 0; k < columns; k += OuterColumns)
                {
                    var block = new OuterFactors(d.From(j, 0), h.From(first + k, 0), x.From(j, 0), e.From(first + k, 0), lanes + (k * Lanes.Count));
                    OuterBlock(height, Math.Min(OuterColumns, columns - k), block, samples);
                }

                for (var r = 0; r < height; r++)
                {
                    Lanes.AddSums(lanes + (r * LanesOfRow), gradient + ((j + r) * rowLength) + first, columns);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OuterBlock(int height, int width, in OuterFactors block, int samples)
    {
        switch (height)
        {
            case 1:
                OuterBlock<One>(width, block, samples);
                break;
            case 2:
                OuterBlock<Two>(width, block, samples);
                break;
            case 3:
                OuterBlock<Three>(width, block, samples);
                break;
            default:
                OuterBlock<Four>(width, block, samples);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OuterBlock<TRows>(int width, in OuterFactors block, int samples)
        where TRows : struct, ICount
    {
        switch (width)
        {
            case 1:
                OuterBlock<TRows, One>(block, samples);
                break;
            case 2:
                OuterBlock<TRows, Two>(block, samples);
                break;
            default:
                OuterBlock<TRows, Three>(block, samples);
                break;
        }
    }

    /// <summary>The sixteen lanes in passes, as many lanes at once as a vector has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void OuterBlock<TRows, TColumns>(in OuterFactors block, int samples)
        where TRows : struct, ICount
        where TColumns : struct, ICount
    {
        nint dStep = block.D.Stride, hStep = block.H.Stride, xStep = block.X.Stride, eStep = block.E.Stride;
        nint d3 = 3 * dStep, x3 = 3 * xStep;
        for (nint lane = 0; lane < Lanes.Count; lane += TSimd.Width)
        {
            TF c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
            TF c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
            float* d = block.D.Start + lane, h = block.H.Start + lane, x = block.X.Start + lane, e = block.E.Start + lane;
            for (var end = d + samples; d < end;)
            {
                OuterStep<TRows, TColumns>(
                    d, dStep, d3, h, hStep, ref c00, ref c01, ref c02, ref c10, ref c11, ref c12, ref c20, ref c21, ref c22, ref c30, ref c31, ref c32);
                OuterStep<TRows, TColumns>(
                    x, xStep, x3, e, eStep, ref c00, ref c01, ref c02, ref c10, ref c11, ref c12, ref c20, ref c21, ref c22, ref c30, ref c31, ref c32);
                d += Lanes.Count;
                h += Lanes.Count;
                x += Lanes.Count;
                e += Lanes.Count;
            }

            var lanes = block.Lanes + lane;
            Store<TColumns>(c00, c01, c02, lanes);
            if (TRows.Value > 1)
            {
                Store<TColumns>(c10, c11, c12, lanes + LanesOfRow);
            }

            if (TRows.Value > 2)
            {
                Store<TColumns>(c20, c21, c22, lanes + (2 * LanesOfRow));
            }

            if (TRows.Value > 3)
            {
                Store<TColumns>(c30, c31, c32, lanes + (3 * LanesOfRow));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OuterStep<TRows, TColumns>(
        float* left, nint leftStep, nint leftStep3, float* right, nint rightStep,
        ref TF c00, ref TF c01, ref TF c02, ref TF c10, ref TF c11, ref TF c12, ref TF c20, ref TF c21, ref TF c22, ref TF c30, ref TF c31, ref TF c32)
        where TRows : struct, ICount
        where TColumns : struct, ICount
    {
        var q0 = TSimd.Load(right);
        var q1 = TColumns.Value > 1 ? TSimd.Load(right + rightStep) : q0;
        var q2 = TColumns.Value > 2 ? TSimd.Load(right + (2 * rightStep)) : q0;
        OuterRow<TColumns>(left, q0, q1, q2, ref c00, ref c01, ref c02);
        if (TRows.Value > 1)
        {
            OuterRow<TColumns>(left + leftStep, q0, q1, q2, ref c10, ref c11, ref c12);
        }

        if (TRows.Value > 2)
        {
            OuterRow<TColumns>(left + (2 * leftStep), q0, q1, q2, ref c20, ref c21, ref c22);
        }

        if (TRows.Value > 3)
        {
            OuterRow<TColumns>(left + leftStep3, q0, q1, q2, ref c30, ref c31, ref c32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OuterRow<TColumns>(float* left, TF q0, TF q1, TF q2, ref TF c0, ref TF c1, ref TF c2)
        where TColumns : struct, ICount
    {
        var l = TSimd.Load(left);
        c0 = TSimd.MultiplyAdd(l, q0, c0);
        if (TColumns.Value > 1)
        {
            c1 = TSimd.MultiplyAdd(l, q1, c1);
        }

        if (TColumns.Value > 2)
        {
            c2 = TSimd.MultiplyAdd(l, q2, c2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TColumns>(TF c0, TF c1, TF c2, float* lanes)
        where TColumns : struct, ICount
    {
        TSimd.Store(c0, lanes);
        if (TColumns.Value > 1)
        {
            TSimd.Store(c1, lanes + Lanes.Count);
        }

        if (TColumns.Value > 2)
        {
            TSimd.Store(c2, lanes + (2 * Lanes.Count));
        }
    }

    /// <summary>Rows of D and X, columns of H and E, from those of a block on, and where the lanes of its sums go.</summary>
    private readonly struct OuterFactors(SampleMatrix d, SampleMatrix h, SampleMatrix x, SampleMatrix e, float* lanes)
    {
        internal readonly SampleMatrix D = d;
        internal readonly SampleMatrix H = h;
        internal readonly SampleMatrix X = x;
        internal readonly SampleMatrix E = e;
        internal readonly float* Lanes = lanes;
    }

    /// <summary>What the chains of a block are made of, from its first row on.</summary>
    private readonly struct Chains(float* a, nint aRow, nint aStep, int steps, SampleMatrix b, SampleMatrix c, nint bPanel = 0, nint cPanel = 0)
    {
        internal readonly float* A = a;
        internal readonly nint ARow = aRow;
        internal readonly nint AStep = aStep;
        internal readonly int Steps = steps;
        internal readonly SampleMatrix B = b;
        internal readonly SampleMatrix C = c;

        // From one panel of samples to the next, where they lie in panels.
        internal readonly nint BPanel = bPanel;
        internal readonly nint CPanel = cPanel;
    }

    /// <summary>What turns outputs into errors, from the block's first row on.</summary>
    private readonly struct ErrorTerms(float* bias, float* factor, SampleMatrix x, float* mask, float* sums, float* loss)
    {
        internal readonly float* Bias = bias;
        internal readonly float* Factor = factor;
        internal readonly SampleMatrix X = x;
        internal readonly float* Mask = mask;
        internal readonly float* Sums = sums;
        internal readonly float* Loss = loss;
    }

    /// <summary>Where a group of features leaves its sums: of losses one for each slice and register block, of gradients of biases one for each slice and feature.</summary>
    internal readonly struct SliceSums(double* losses, nint lossStride, float* bias, nint biasStride)
    {
        internal readonly double* Losses = losses;
        internal readonly nint LossStride = lossStride;
        internal readonly float* Bias = bias;
        internal readonly nint BiasStride = biasStride;
    }

    /// <summary>How chains begin and end.</summary>
    private interface IRole
    {
        static virtual bool IsFromBias => false;

        static virtual bool IsTakenUp => false;

        static virtual bool IsOutput => false;

        /// <summary>Whether the second vector is the next panel.</summary>
        static virtual bool IsOfPanels => false;
    }

    /// <summary>From 0, stored.</summary>
    private readonly struct Begun : IRole;

    /// <summary>From where they broke off, stored.</summary>
    private readonly struct TakenUp : IRole
    {
        public static bool IsTakenUp => true;
    }

    /// <summary>From 0, stored in panels.</summary>
    private readonly struct BegunPanels : IRole
    {
        public static bool IsOfPanels => true;
    }

    /// <summary>From where they broke off, stored in panels.</summary>
    private readonly struct TakenUpPanels : IRole
    {
        public static bool IsTakenUp => true;

        public static bool IsOfPanels => true;
    }

    /// <summary>From the bias, stored.</summary>
    private readonly struct Biased : IRole
    {
        public static bool IsFromBias => true;
    }

    /// <summary>From the bias, turned into errors.</summary>
    private readonly struct Output : IRole
    {
        public static bool IsFromBias => true;

        public static bool IsOutput => true;
    }

    /// <summary>From where they broke off, turned into errors.</summary>
    private readonly struct TakenUpOutput : IRole
    {
        public static bool IsTakenUp => true;

        public static bool IsOutput => true;
    }
}
