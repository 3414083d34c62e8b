namespace ToyModels.Tests.Training;

public sealed class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Everyone_works_once_a_round_whether_awake_or_asleep(int size)
    {
        using var team = new WorkerTeam(size);
        var done = new int[size];
        for (var round = 1; round <= 300; round++)
        {
            team.Run(number => done[number]++);
            Assert.All(done, count => Assert.Equal(round, count));

            // Now and then long enough for the others to fall asleep, and never for all of them at the same moment.
            Thread.SpinWait(round % 10 * 20_000);
        }
    }

    [Fact]
    public void A_failure_of_any_thread_reaches_the_caller_and_the_next_round_runs()
    {
        using var team = new WorkerTeam(3);
        Assert.Throws<InvalidDataException>(() => team.Run(number => _ = number == 2 ? throw new InvalidDataException() : number));
        var count = 0;
        team.Run(_ => Interlocked.Increment(ref count));
        Assert.Equal(3, count);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1000)]
    [InlineData(7, 3)]
    public void Every_piece_is_done_once_whoever_takes_it(int size, int pieces)
    {
        using var team = new WorkerTeam(size);
        var done = new int[pieces];
        for (var round = 1; round <= 100; round++)
        {
            team.Share(pieces, (_, piece) => Interlocked.Increment(ref done[piece]), kept: round % 3);
            Assert.All(done, count => Assert.Equal(round, count));
        }
    }

    [Fact]
    public void Who_is_done_goes_on_with_what_others_have_left()
    {
        // The caller does something of its own until the other thread has done everything, the caller's range of pieces too.
        using var team = new WorkerTeam(2);
        var (left, caller) = (10, 0);
        team.Share(
            10,
            (thread, _) =>
            {
                caller += thread == 0 ? 1 : 0;
                Interlocked.Decrement(ref left);
            },
            () => SpinWait.SpinUntil(() => Volatile.Read(ref left) == 0, TimeSpan.FromSeconds(30)));
        Assert.Equal(0, left);
        Assert.Equal(0, caller);
    }

    [Fact]
    public void The_last_pieces_of_a_range_are_left_to_its_thread_where_asked()
    {
        var pieces = new Pieces(2);
        pieces.Begin(10, kept: 2);
        Assert.Equal([5, 6, 7, 8, 9, 0, 1, 2, -1, -1], Enumerable.Range(0, 10).Select(_ => pieces.Take(1)));
        Assert.Equal([3, 4, -1], Enumerable.Range(0, 3).Select(_ => pieces.Take(0)));

        // More than a range has.
        pieces.Begin(3, kept: 5);
        Assert.Equal([0, -1], Enumerable.Range(0, 2).Select(_ => pieces.Take(0)));
        Assert.Equal([1, 2, -1], Enumerable.Range(0, 3).Select(_ => pieces.Take(1)));
    }

    [Fact]
    public void No_piece_is_lost_where_one_thread_helps_while_another_takes_its_last()
    {
        using var team = new WorkerTeam(2);
        var done = 0;
        for (var round = 1; round <= 20_000; round++)
        {
            team.Share(8, (_, _) => Interlocked.Increment(ref done), kept: 1);
            Assert.Equal(8 * round, done);
        }
    }

    [Fact]
    public void A_failure_before_the_pieces_or_in_one_reaches_the_caller_and_the_next_phase_runs()
    {
        using var team = new WorkerTeam(2);
        Assert.Throws<InvalidDataException>(() => team.Share(4, (_, _) => { }, () => throw new InvalidDataException()));
        Assert.Throws<InvalidDataException>(() => team.Share(4, (_, piece) => _ = piece == 3 ? throw new InvalidDataException() : piece));
        var count = 0;
        team.Share(4, (_, _) => Interlocked.Increment(ref count));
        Assert.Equal(4, count);
    }
}
