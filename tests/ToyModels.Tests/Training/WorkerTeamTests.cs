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
}
