using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ToyModels;

/// <summary>What rows of a segment go through, and what they add to. Rows of W are [W_j, b_j, 0 …], those of the gradient alike, and h ends with 1.</summary>
internal unsafe ref struct LiveRows
{
    /// <summary>Distance between rows of W and of the gradient: whole vectors, and whole sixteens if there are more than four.</summary>
    internal nint RowLength;

    internal float* Weights;
    internal float* Gradient;

    /// <summary>2 I, times the scale of the gradient.</summary>
    internal float* Factor;

    /// <summary>Of each feature a zero, between rows.</summary>
    internal float* Targets;

    /// <summary>Of the vector of a row where b stands, the last that is not all zeros: 1 in front of it, 0 from there on; then 1 there and else 0.</summary>
    internal float* Ends;

    /// <summary>Where that vector begins.</summary>
    internal nint End;

    /// <summary>Room for h and e of a row.</summary>
    internal float* Room;

    /// <summary>Room for the features that pass the screen, and eight more.</summary>
    internal int* Candidates;

    /// <summary>Which outputs of each row cannot live.</summary>
    internal ulong* Dead;

    /// <summary>Words of these a row.</summary>
    internal nint Words;

    /// <summary>Σ factor·(x' − x)².</summary>
    internal double Loss;

    /// <summary>Outputs that passed the screen.</summary>
    internal long Passed;

    /// <summary>Those of them that are dead.</summary>
    internal long InVain;
}

/// <summary>What <see cref="LiveOutputs{TSimd, TF, TI}"/> consists of.</summary>
internal static unsafe class LiveKernels<TSimd, TF, TI>
    where TSimd : struct, ISimd<TF, TI>
    where TF : unmanaged
    where TI : unmanaged
{
    /// <summary>Vectors of a row that stay in registers.</summary>
    internal const int MostVectors = RowVectors<TSimd, TF, TI>.Most;

    /// <summary>Candidates that are listed at once.</summary>
    internal const int AtOnce = 4;

    /// <summary>Rows of equally many non-zeros, forward and back.</summary>
    /// <param name="segment">What they go through.</param>
    /// <param name="offsets">Sixteen times the feature of each non-zero of the first row.</param>
    /// <param name="values">Their values.</param>
    /// <param name="stretch">How rows and non-zeros lie.</param>
    /// <param name="rows">How many rows.</param>
    internal static void Pass(ref LiveRows segment, int* offsets, float* values, in RowsByLength.Stretch stretch, int rows)
    {
        switch ((int)segment.RowLength / TSimd.Width)
        {
            case 1:
                Pass<One>(ref segment, offsets, values, stretch, rows);
                break;
            case 2:
                Pass<Two>(ref segment, offsets, values, stretch, rows);
                break;
            case 3:
                Pass<Three>(ref segment, offsets, values, stretch, rows);
                break;
            case 4:
                Pass<Four>(ref segment, offsets, values, stretch, rows);
                break;
            default:
                Pass<Five>(ref segment, offsets, values, stretch, rows);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Pass<TVectors>(ref LiveRows segment, int* offsets, float* values, in RowsByLength.Stretch stretch, int rows)
        where TVectors : struct, ICount
    {
        float* weights = segment.Weights, gradient = segment.Gradient, factor = segment.Factor, targets = segment.Targets;
        float* hidden = segment.Room, errors = hidden + segment.RowLength;
        var candidates = segment.Candidates;
        var dead = segment.Dead;
        var (rowLength, words) = (segment.RowLength, segment.Words);
        var (loss, passed, inVain) = (segment.Loss, segment.Passed, Vector128<int>.Zero);
        TF before = TSimd.Load(segment.Ends), one = TSimd.Load(segment.Ends + TSimd.Width);
        nint step = stretch.Step, end = step * stretch.Length, rowStep = stretch.RowStep;
        for (; rows > 0; rows--, offsets += rowStep, values += rowStep, dead += words)
        {
            var rowLoss = Vector128<float>.Zero;
            var candidate = List(dead, words, candidates);
            passed += candidate - candidates;

            TF h0 = default, h1 = default, h2 = default, h3 = default;
            TF e0 = default, e1 = default, e2 = default, e3 = default;
            if (TVectors.Value > MostVectors)
            {
                new Span<float>(hidden, 2 * (int)rowLength).Clear();
            }

            for (nint e = 0; e < end; e += step)
            {
                var feature = (nint)((uint)offsets[e] / Lanes.Count);
                var x = values[e];
                targets[feature] = x;
                Add<TVectors>(TSimd.Splat(x), weights + (feature * rowLength), ref h0, ref h1, ref h2, ref h3, hidden, rowLength);
            }

            switch (TVectors.Value)
            {
                case 1:
                    h0 = TSimd.MultiplyAdd(h0, before, one);
                    break;
                case 2:
                    h1 = TSimd.MultiplyAdd(h1, before, one);
                    break;
                case 3:
                    h2 = TSimd.MultiplyAdd(h2, before, one);
                    break;
                case 4:
                    h3 = TSimd.MultiplyAdd(h3, before, one);
                    break;
                default:
                    var last = hidden + segment.End;
                    TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(last), before, one), last);
                    break;
            }

            for (var next = candidates; next < candidate; next++)
            {
                nint feature = *next;
                var row = weights + (feature * rowLength);
                var o = Vector128.CreateScalarUnsafe(Output<TVectors>(h0, h1, h2, h3, hidden, row, rowLength));

                // Without a branch: whether what passed the screen lives is not to be foreseen.
                var isDead = Vector128.LessThanOrEqual(o, Vector128<float>.Zero);
                inVain -= isDead.AsInt32();
                var target = Vector128.CreateScalarUnsafe(targets[feature]);
                var error = o - target;
                var d = Vector128.AndNot(Vector128.CreateScalarUnsafe(factor[feature]) * error, isDead);
                rowLoss = Vector128.FusedMultiplyAdd(d, error, rowLoss);

                // A target that is left in the end is one of an output that is dead.
                targets[feature] = (target & isDead).ToScalar();
                var value = TSimd.Splat(d.ToScalar());
                Add<TVectors>(value, row, ref e0, ref e1, ref e2, ref e3, errors, rowLength);
                AddTo<TVectors>(value, h0, h1, h2, h3, hidden, gradient + (feature * rowLength), rowLength);
            }

            switch (TVectors.Value)
            {
                case 1:
                    e0 = TSimd.Multiply(e0, before);
                    break;
                case 2:
                    e1 = TSimd.Multiply(e1, before);
                    break;
                case 3:
                    e2 = TSimd.Multiply(e2, before);
                    break;
                case 4:
                    e3 = TSimd.Multiply(e3, before);
                    break;
                default:
                    var last = errors + segment.End;
                    TSimd.Store(TSimd.Multiply(TSimd.Load(last), before), last);
                    break;
            }

            for (nint e = 0; e < end; e += step)
            {
                var feature = (nint)((uint)offsets[e] / Lanes.Count);
                var target = Vector128.CreateScalarUnsafe(targets[feature]);
                targets[feature] = 0;
                rowLoss = Vector128.FusedMultiplyAdd(Vector128.CreateScalarUnsafe(factor[feature]) * target, target, rowLoss);
                AddTo<TVectors>(TSimd.Splat(values[e]), e0, e1, e2, e3, errors, gradient + (feature * rowLength), rowLength);
            }

            loss += rowLoss.ToScalar();
        }

        (segment.Loss, segment.Passed) = (loss, passed);
        segment.InVain += inVain.ToScalar();
    }

    /// <summary>Lists a row's outputs that are not known to be dead.</summary>
    /// <returns>Behind the last; what stands there, up to <see cref="AtOnce"/> more, is written over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int* List(ulong* dead, nint words, int* candidate)
    {
        var first = 0;
        for (nint word = 0; word < words; word++, first += 64)
        {
            // Some at once without a branch: how many live is not to be foreseen, but seldom more.
            var live = ~dead[word];
            var count = BitOperations.PopCount(live);
            candidate[0] = first + BitOperations.TrailingZeroCount(live);
            live &= live - 1;
            candidate[1] = first + BitOperations.TrailingZeroCount(live);
            live &= live - 1;
            candidate[2] = first + BitOperations.TrailingZeroCount(live);
            live &= live - 1;
            candidate[3] = first + BitOperations.TrailingZeroCount(live);
            for (var more = AtOnce; more < count; more++)
            {
                live &= live - 1;
                candidate[more] = first + BitOperations.TrailingZeroCount(live);
            }

            candidate += count;
        }

        return candidate;
    }

    /// <summary>Σ h_k W_jk, sixteen chains, joined as <see cref="Lanes.Sum"/> does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Output<TVectors>(TF h0, TF h1, TF h2, TF h3, float* h, float* row, nint rowLength)
        where TVectors : struct, ICount
    {
        TF c0 = TSimd.Multiply(h0, TSimd.Load(row)), c1 = default, c2 = default, c3 = default;
        if (TVectors.Value > 1)
        {
            Join(1, TSimd.Load(row + TSimd.Width), h1, ref c0, ref c1, ref c2, ref c3);
        }

        if (TVectors.Value > 2)
        {
            Join(2, TSimd.Load(row + (2 * TSimd.Width)), h2, ref c0, ref c1, ref c2, ref c3);
        }

        if (TVectors.Value > 3)
        {
            Join(3, TSimd.Load(row + (3 * TSimd.Width)), h3, ref c0, ref c1, ref c2, ref c3);
        }

        if (TVectors.Value > MostVectors)
        {
            for (nint k = MostVectors * TSimd.Width; k < rowLength; k += Lanes.Count)
            {
                c0 = TSimd.MultiplyAdd(TSimd.Load(h + k), TSimd.Load(row + k), c0);
                if (TSimd.Width < Lanes.Count)
                {
                    c1 = TSimd.MultiplyAdd(TSimd.Load(h + k + TSimd.Width), TSimd.Load(row + k + TSimd.Width), c1);
                }

                if (TSimd.Width < Lanes.Count / 2)
                {
                    c2 = TSimd.MultiplyAdd(TSimd.Load(h + k + (2 * TSimd.Width)), TSimd.Load(row + k + (2 * TSimd.Width)), c2);
                    c3 = TSimd.MultiplyAdd(TSimd.Load(h + k + (3 * TSimd.Width)), TSimd.Load(row + k + (3 * TSimd.Width)), c3);
                }
            }
        }

        return TSimd.Sum(c0, c1, c2, c3);
    }

    /// <summary>Adds a product to the chains of its sixteen lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(int vector, TF a, TF b, ref TF c0, ref TF c1, ref TF c2, ref TF c3)
    {
        switch (vector % (Lanes.Count / TSimd.Width))
        {
            case 0:
                c0 = TSimd.MultiplyAdd(a, b, c0);
                break;
            case 1:
                c1 = TSimd.MultiplyAdd(a, b, c1);
                break;
            case 2:
                c2 = TSimd.MultiplyAdd(a, b, c2);
                break;
            default:
                c3 = TSimd.MultiplyAdd(a, b, c3);
                break;
        }
    }

    /// <summary>sum += value·row, the first vectors of the sum in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVectors>(TF value, float* row, ref TF s0, ref TF s1, ref TF s2, ref TF s3, float* sum, nint rowLength)
        where TVectors : struct, ICount
    {
        RowVectors<TSimd, TF, TI>.Add<TVectors>(value, row, ref s0, ref s1, ref s2, ref s3);
        if (TVectors.Value > MostVectors)
        {
            AddRest(value, row, sum, rowLength);
        }
    }

    /// <summary>row += value·from, the first vectors of which are in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<TVectors>(TF value, TF f0, TF f1, TF f2, TF f3, float* from, float* row, nint rowLength)
        where TVectors : struct, ICount
    {
        RowVectors<TSimd, TF, TI>.AddTo<TVectors>(value, f0, f1, f2, f3, row);
        if (TVectors.Value > MostVectors)
        {
            AddRest(value, from, row, rowLength);
        }
    }

    /// <summary>The vectors of a row that are not in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRest(TF value, float* from, float* to, nint rowLength)
    {
        for (nint k = MostVectors * TSimd.Width; k < rowLength; k += TSimd.Width)
        {
            TSimd.Store(TSimd.MultiplyAdd(value, TSimd.Load(from + k), TSimd.Load(to + k)), to + k);
        }
    }
}
