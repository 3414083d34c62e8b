using FsCheck.Xunit;

namespace ToyModels.Tests.Numerics;

public sealed class DivisorTests
{
    [Property(MaxTest = 500)]
    public void Quotients_are_those_of_a_division(uint number, uint place)
    {
        // Sizes of every order, the largest that the formula allows among them.
        var divisor = (int)(number >> (int)(number % 23) & 0x7F_FFFF) + 1;
        var rows = Math.Min(1024, (16384 / divisor) + 16);
        var cells = (long)divisor * rows;
        foreach (var cell in (long[])[0, divisor - 1, divisor, cells - 1, place % cells, place % cells / divisor * divisor, Math.Max((place % cells / divisor * divisor) - 1, 0)])
        {
            Assert.Equal((int)(cell / divisor), new Divisor(divisor).Quotient((int)cell));
        }
    }
}
