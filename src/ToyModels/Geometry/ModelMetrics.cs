using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ToyModels;

/// <summary>Every measure of a model's geometry. Immutable and thread-safe.</summary>
/// <remarks>
/// Sums run in double, over the other features in order from 0, and the measures are rounded to single once, at the end: the same
/// bits on any vector width and number of threads. A measure is never NaN; one that exceeds the range of a single is +∞.
/// </remarks>
public sealed class ModelMetrics
{
    private readonly ToyModel _model;

    private ModelMetrics(ToyModel model, ReadOnlySpan<double> squaredNorms, float coherence, ImmutableArray<FeatureMetrics> features)
    {
        _model = model;
        Features = features;
        Coherence = coherence;
        FeaturesRepresented = features.Count(f => f.Component >= 0);
        ComponentCount = features.Max(f => f.Component) + 1;
        var (sum, directions) = (0.0, 0);
        foreach (var square in squaredNorms)
        {
            sum += square;
            directions += square > 0 ? 1 : 0;
        }

        SquaredFrobeniusNorm = (float)sum;
        DimensionsPerFeature = (float)(model.HiddenCount / sum);
        TotalDimensionality = (float)features.Sum(f => (double)f.Dimensionality);
        WelchBound = (float)NearOrthogonality.WelchBound(directions, model.HiddenCount);
    }

    /// <summary>One entry a feature, in order.</summary>
    public ImmutableArray<FeatureMetrics> Features { get; }

    /// <summary>Features with ‖W_i‖ above <see cref="MetricsOptions.RepresentedNorm"/>.</summary>
    public int FeaturesRepresented { get; }

    /// <summary>Number of components (tegum factors) that the represented features form.</summary>
    public int ComponentCount { get; }

    /// <summary>‖W‖_F² = Σ_i ‖W_i‖²: about the number of features that are represented.</summary>
    public float SquaredFrobeniusNorm { get; }

    /// <summary>D* = m / ‖W‖_F²; +∞ for zero weights (Elhage et al. 2022, "The Geometry of Superposition").</summary>
    public float DimensionsPerFeature { get; }

    /// <summary>Σ_i D_i, at most rank(W) ≤ m; equal to it for a tight frame.</summary>
    public float TotalDimensionality { get; }

    /// <summary>max_{i≠j} |Ŵ_i·Ŵ_j| in [0, 1]; 0 for a single feature.</summary>
    public float Coherence { get; }

    /// <summary>The least coherence that the columns of W other than zero can have in m dimensions: see <see cref="NearOrthogonality.WelchBound"/>.</summary>
    public float WelchBound { get; }

    /// <summary>Measures the model of a training: that of its best restart, with the importances and densities that were used.</summary>
    /// <param name="result">The training.</param>
    /// <param name="options">Thresholds; null for the defaults.</param>
    public static ModelMetrics Measure(TrainingResult result, MetricsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Measure(result.Model, result.Importances.AsSpan(), result.Densities.AsSpan(), options);
    }

    /// <summary>Measures a model, in n² m / 2 multiply-adds and memory for n (m + 72) doubles: no matrix of all pairs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="importances">n importances, zero or positive.</param>
    /// <param name="densities">n densities in [0, 1].</param>
    /// <param name="options">Thresholds; null for the defaults.</param>
    /// <exception cref="ArgumentException">A length is not n, or a value is outside its range.</exception>
    public static ModelMetrics Measure(ToyModel model, ReadOnlySpan<float> importances, ReadOnlySpan<float> densities, MetricsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Guard.Length(importances.Length, model.FeatureCount, nameof(importances), "one for each feature");
        Guard.Length(densities.Length, model.FeatureCount, nameof(densities), "one for each feature");
        for (var i = 0; i < importances.Length; i++)
        {
            Guard.NotNegative(importances[i], $"importances[{i}]");
            Guard.Within(densities[i], 0, 1, $"densities[{i}]");
        }

        return new Columns(model, options ?? new MetricsOptions()).Measure(importances, densities.ToArray());
    }

    /// <summary>WᵀW, n·n values, row-major.</summary>
    public float[] Gram()
    {
        var rows = new WideRows(_model.Weights, _model.HiddenCount);
        var gram = new float[checked(rows.Count * rows.Count)];
        var i = 0;
        foreach (var dots in rows.UpperRows())
        {
            for (var j = i; j < rows.Count; j++)
            {
                gram[(i * rows.Count) + j] = gram[(j * rows.Count) + i] = (float)dots.Span[j - i];
            }

            i++;
        }

        return gram;
    }

    /// <summary>All n(n−1)/2 pairs, I ascending, then J; computed as they are read, in memory for n (m + 72) doubles.</summary>
    public IEnumerable<PairMetrics> Pairs()
    {
        var columns = new Columns(_model, new MetricsOptions());
        var i = 0;
        foreach (var dots in columns.UpperRows())
        {
            for (var j = i + 1; j < Features.Length; j++)
            {
                yield return columns.Pair(i, j, dots.Span[j - i]);
            }

            i++;
        }
    }

    /// <summary>The columns of W on their way to being measured.</summary>
    private sealed class Columns
    {
        private readonly ToyModel _model;
        private readonly MetricsOptions _options;
        private readonly WideRows _rows;
        private readonly double[] _inverseNorms;
        private readonly bool[] _represented;
        private readonly int _notRepresented;

        internal Columns(ToyModel model, MetricsOptions options)
        {
            _model = model;
            _options = options;
            _rows = new WideRows(model.Weights, model.HiddenCount);
            _inverseNorms = [.. _rows.SquaredNorms.Select(square => square > 0 ? 1 / Math.Sqrt(square) : 0)];
            _represented = [.. Enumerable.Range(0, _rows.Count).Select(i => Norm(i) > options.RepresentedNorm)];
            _notRepresented = _represented.Count(r => !r);
        }

        internal IEnumerable<ReadOnlyMemory<double>> UpperRows() => _rows.UpperRows();

        internal PairMetrics Pair(int i, int j, double dot) => new(i, j, (float)dot, (float)Cosine(dot, i, j));

        internal ModelMetrics Measure(ReadOnlySpan<float> importances, float[] densities)
        {
            var n = _rows.Count;
            var interference = new double[n];
            var expected = new double[n];
            var coherence = 0.0;
            var factors = new Partition(n);
            var row = 0;
            foreach (var dots in _rows.UpperRows())
            {
                coherence = Math.Max(coherence, Meet(row, dots.Span[1..], densities, interference, expected));
                JoinNeighbours(factors, row, dots.Span);
                row++;
            }

            var components = Number(factors);
            var dimensionalities = Enumerable.Range(0, n).Select(i => (float)Dimensionality.Share(_rows.SquaredNorms[i], interference[i])).ToArray();
            var labels = Label(components, dimensionalities);
            var features = new FeatureMetrics[n];
            for (var i = 0; i < n; i++)
            {
                var inverseSquare = _inverseNorms[i] * _inverseNorms[i];
                features[i] = new FeatureMetrics(
                    i,
                    importances[i],
                    densities[i],
                    _model.Bias[i],
                    Norm(i),
                    (float)(interference[i] * inverseSquare),
                    (float)(expected[i] * inverseSquare),
                    (float)Math.Sqrt(interference[i] * inverseSquare),
                    dimensionalities[i],
                    components[i],
                    labels[i]);
            }

            return new ModelMetrics(_model, _rows.SquaredNorms, (float)coherence, ImmutableCollectionsMarshal.AsImmutableArray(features));
        }

        private float Norm(int i) => (float)Math.Sqrt(_rows.SquaredNorms[i]);

        /// <summary>Ŵ_i·Ŵ_j; rounding is kept from leaving [−1, 1].</summary>
        private double Cosine(double dot, int i, int j) => Math.Clamp(dot * (_inverseNorms[i] * _inverseNorms[j]), -1, 1);

        /// <summary>
        /// Adds what a feature and those after it mean to each other. Each pair comes once, and counts for both; a feature's own chain still runs
        /// over the others in order.
        /// </summary>
        /// <returns>The largest |cosine|.</returns>
        private double Meet(int i, ReadOnlySpan<double> dots, ReadOnlySpan<float> densities, Span<double> interference, Span<double> expected)
        {
            var (sum, expectedSum, largest) = (interference[i], expected[i], 0.0);
            double density = densities[i];
            var laterDensities = densities[(i + 1)..];
            var laterInverses = _inverseNorms.AsSpan(i + 1);
            var laterSums = interference[(i + 1)..];
            var laterExpected = expected[(i + 1)..];
            for (var j = 0; j < dots.Length; j++)
            {
                var square = dots[j] * dots[j];
                sum += square;
                laterSums[j] += square;
                expectedSum += square * laterDensities[j];
                laterExpected[j] += square * density;
                var cosine = Math.Abs(dots[j] * (_inverseNorms[i] * laterInverses[j]));
                largest = cosine > largest ? cosine : largest;
            }

            (interference[i], expected[i]) = (sum, expectedSum);
            return Math.Min(largest, 1);
        }

        private void JoinNeighbours(Partition factors, int i, ReadOnlySpan<double> dots)
        {
            if (!_represented[i])
            {
                return;
            }

            // Once all represented features are one component, no further pair can matter.
            for (var j = i + 1; j < _rows.Count && factors.SetCount > _notRepresented + 1; j++)
            {
                if (_represented[j] && (float)Math.Abs(Cosine(dots[j - i], i, j)) > _options.ComponentThreshold)
                {
                    factors.Join(i, j);
                }
            }
        }

        /// <summary>Components from 0 in order of their first feature; −1 where a feature is not represented.</summary>
        private int[] Number(Partition factors)
        {
            var numbers = new int[_rows.Count];
            var next = 0;
            for (var i = 0; i < numbers.Length; i++)
            {
                var root = factors.Root(i);
                numbers[i] = !_represented[i] ? -1 : root == i ? next++ : numbers[root];
            }

            return numbers;
        }

        private string[] Label(int[] components, float[] dimensionalities)
        {
            var labels = new string[components.Length];
            Array.Fill(labels, GeometryLabel.NotLearned);
            var labeler = new GeometryLabeler((i, j) => Cosine(_rows.Dot(i, j), i, j));
            foreach (var component in Enumerable.Range(0, components.Length).Where(i => _represented[i]).GroupBy(i => components[i]))
            {
                int[] members = [.. component];
                var label = members is [var only]
                    ? 1 - dimensionalities[only] <= GeometryLabel.DimensionalityTolerance ? GeometryLabel.Dedicated : GeometryLabel.Other
                    : labeler.Label(members);
                Array.ForEach(members, i => labels[i] = label);
            }

            NameSolid(labels, labeler);
            return labels;
        }

        /// <summary>In three dimensions the factors of a solid go by its name.</summary>
        private void NameSolid(string[] labels, GeometryLabeler labeler)
        {
            int[] represented = [.. Enumerable.Range(0, labels.Length).Where(i => _represented[i])];
            if (_model.HiddenCount != Shape.LargestRank || represented.Length is not (5 or 6 or 7))
            {
                return;
            }

            var whole = labeler.Label(represented);
            if (whole is GeometryLabel.Octahedron or GeometryLabel.TriangularBipyramid or GeometryLabel.PentagonalBipyramid)
            {
                Array.ForEach(represented, i => labels[i] = whole);
            }
        }
    }
}
