using System.Runtime.ExceptionServices;

namespace ToyModels;

/// <summary>
/// Threads that do the same piece of work together, again and again: the caller is number 0 of them. Pieces are tens of microseconds, less than
/// it takes to wake a thread, so the others look for the next one for a while before they go to sleep.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    /// <summary>Looks for the next piece, some ten microseconds, that leave the core to no one.</summary>
    private const int Looks = 500;

    /// <summary>Looks that follow, some hundred microseconds, before a thread sleeps: each leaves the core to who may need it, the caller perhaps.</summary>
    private const int PatientLooks = 500;

    private readonly object _gate = new();
    private readonly Thread[] _threads;
    private readonly Pieces _pieces;
    private readonly Action<int> _takePieces;
    private Action<int>? _work;
    private Action<int, int>? _workOnPiece;
    private Action? _before;
    private Exception? _failure;
    private int _round;
    private int _busy;
    private int _asleep;

    /// <param name="size">Threads together with the caller, at least 1.</param>
    internal WorkerTeam(int size)
    {
        _pieces = new Pieces(size);
        _takePieces = TakePieces;
        _threads = new Thread[size - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var number = i + 1;
            _threads[i] = new Thread(() => Serve(number)) { IsBackground = true, Name = "toy-model training" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads together with the caller.</summary>
    internal int Size => _threads.Length + 1;

    /// <summary>Runs work(0) … work(size − 1), and returns when all are done.</summary>
    internal void Run(Action<int> work)
    {
        Begin(work);
        Do(0);
        var wait = default(SpinWait);
        while (Volatile.Read(ref _busy) > 0)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }

        if (_failure is { } failure)
        {
            _failure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Runs work(thread, piece) for every piece from 0, each on one of the threads, and returns when all are done.</summary>
    /// <param name="pieces">How many there are.</param>
    /// <param name="work">What is done with a piece; pieces meet in nothing.</param>
    /// <param name="before">What the caller does before it takes pieces, while others do already.</param>
    /// <param name="kept">The last pieces of each range that others leave to its thread: see <see cref="Pieces.Begin"/>.</param>
    internal void Share(int pieces, Action<int, int> work, Action? before = null, int kept = 0)
    {
        // The others need not hear of nothing.
        if (pieces == 0)
        {
            before?.Invoke();
            return;
        }

        _pieces.Begin(pieces, kept);
        (_workOnPiece, _before) = (work, before);
        Run(_takePieces);
    }

    public void Dispose()
    {
        Begin(null);
        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    private void TakePieces(int thread)
    {
        if (thread == 0)
        {
            _before?.Invoke();
        }

        while (_pieces.Take(thread) is var piece and >= 0)
        {
            _workOnPiece!(thread, piece);
        }
    }

    private void Begin(Action<int>? work)
    {
        _work = work;
        _busy = _threads.Length;
        Interlocked.Increment(ref _round);
        if (Volatile.Read(ref _asleep) > 0)
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Serve(int number)
    {
        for (var round = 0; ; round++)
        {
            Await(round);
            if (_work is null)
            {
                return;
            }

            Do(number);
            Interlocked.Decrement(ref _busy);
        }
    }

    /// <summary>Returns when the round after <paramref name="round"/> has begun.</summary>
    private void Await(int round)
    {
        for (var look = 0; look < Looks + PatientLooks; look++)
        {
            if (Volatile.Read(ref _round) != round)
            {
                return;
            }

            if (look < Looks)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Thread.Yield();
            }
        }

        lock (_gate)
        {
            // Said before the round is looked at, and read after it begins: one of the two sides sees the other.
            Interlocked.Increment(ref _asleep);
            while (Volatile.Read(ref _round) == round)
            {
                Monitor.Wait(_gate);
            }

            Interlocked.Decrement(ref _asleep);
        }
    }

    private void Do(int number)
    {
        try
        {
            _work!(number);
        }
#pragma warning disable CA1031 // Whatever a worker meets is thrown again on the caller's thread.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
        }
    }
}
