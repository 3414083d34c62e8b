namespace ToyModels;

/// <summary>
/// One model on several threads: as many chunks at a time as there are threads, each through an engine of its own. Their gradients are
/// added in the order of the chunks, just as one engine alone would add them, so the bits are those of one thread.
/// </summary>
internal sealed class TeamGradient : GradientEngine
{
    private readonly WorkerTeam _team;
    private readonly GradientEngine[] _members;
    private readonly Action<int> _accumulate;
    private readonly Action<int> _addLoss;
    private readonly double[] _losses;
    private readonly bool[] _hasRows;
    private float[] _weights = [];
    private float[] _bias = [];
    private float[] _weightGradient = [];
    private float[] _biasGradient = [];
    private float _scale;

    /// <param name="members">An engine for each thread, all for the same model. Each adds a whole chunk's gradient in one addition.</param>
    internal TeamGradient(DenseEngine[] members)
    {
        _team = new WorkerTeam(members.Length);
        _members = members;
        _losses = new double[members.Length];
        _hasRows = new bool[members.Length];
        ChunkRows = members[0].ChunkRows * members.Length;
        _accumulate = Accumulate;
        _addLoss = AddLoss;
    }

    internal override int ChunkRows { get; }

    internal override ReadOnlySpan<float> WeightGradient => _weightGradient;

    internal override ReadOnlySpan<float> BiasGradient => _biasGradient;

    internal override void Begin(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        if (_weights.Length != weights.Length)
        {
            (_weights, _weightGradient) = (new float[weights.Length], new float[weights.Length]);
            (_bias, _biasGradient) = (new float[bias.Length], new float[bias.Length]);
        }

        weights.CopyTo(_weights);
        bias.CopyTo(_bias);
        Array.Clear(_weightGradient);
        Array.Clear(_biasGradient);
        foreach (var member in _members)
        {
            member.Begin(weights, bias);
        }
    }

    internal override int Read(SampleReader reader, int rows)
    {
        var total = 0;
        for (var i = 0; i < _members.Length; i++)
        {
            var wanted = Math.Min(_members[i].ChunkRows, rows - total);
            var read = wanted == 0 ? 0 : _members[i].Read(reader, wanted);
            _hasRows[i] = read > 0;
            total += read;
        }

        return total;
    }

    internal override void Accumulate(float scale, ref double loss)
    {
        _scale = scale;
        _team.Run(_accumulate);
        for (var i = 0; i < _members.Length; i++)
        {
            if (_hasRows[i])
            {
                Add(_members[i].WeightGradient, _weightGradient);
                Add(_members[i].BiasGradient, _biasGradient);
                loss += _losses[i];
            }
        }
    }

    internal override void AddLoss(ref double loss)
    {
        _team.Run(_addLoss);
        for (var i = 0; i < _members.Length; i++)
        {
            loss += _losses[i];
        }
    }

    public override void Dispose()
    {
        _team.Dispose();
        base.Dispose();
    }

    internal override void CountPresent(Span<long> present)
    {
        for (var i = 0; i < _members.Length; i++)
        {
            if (_hasRows[i])
            {
                _members[i].CountPresent(present);
            }
        }
    }

    private static void Add(ReadOnlySpan<float> part, Span<float> sum)
    {
        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] += part[i];
        }
    }

    private void Accumulate(int member)
    {
        _losses[member] = 0;
        if (_hasRows[member])
        {
            _members[member].Begin(_weights, _bias);
            _members[member].Accumulate(_scale, ref _losses[member]);
        }
    }

    private void AddLoss(int member)
    {
        _losses[member] = 0;
        if (_hasRows[member])
        {
            _members[member].AddLoss(ref _losses[member]);
        }
    }
}
