using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ToyModels.Tests.Training;

/// <summary>The same bits on every vector width and any number of threads: hashes of a run that is committed here, in processes of their own.</summary>
public sealed class DeterminismTests
{
    // Printed by tests/DeterminismProbe. They change only when the data or the arithmetic change on purpose.
    private const string Expected = """
        data 20 1 c39c2d09afc78bcb
        data 20 0.3 2e266010a3ded381
        data 20 0.0625 741483d2c353ceb3
        data 20 0.05 b0436b1bc4c07fe4
        data 20 0.002 5ac5f87b1c5f502e
        data 100 0.1 42cc4c5da2af19d4
        data 5 0.1 f2a786526609dc4f
        data 3 0.001 f3cc103136423a57
        importance 5d83a2cd37d1d771 4d3def3049877d47
        forward 100 20 3b6d1122f5129869 969b507e910bc49c
        forward 33 70 366b1a32f2ba0206 3e7203d78ba39ec4
        forward 5 2 7388eb5641e1f38f 44c8bca307707676
        threads 1 n 70: 3d2413cd15df672a 10e06986355440cc f83a70d95dc958f7
        threads 1 n 150: 4f20097507d0e657 b519d293512a574d 84f28d590b971317
        threads 1 n 20: d50a4a6cdf6d1c3f 2e1094e6940746ae 90399f0e1df53fe5
        threads 1 n 7: 178cb2b21c3160be 875540870934b4d2 3763c81e6dbeeb78
        threads 1 n 2: 204f03c5bffac0e0 44dbc0a3b58351ac b7a63a7f1210ec24
        threads 1 n 5: 7b56d296ccb576df 4b965f69f1a71ff8 15e6912810ab0200
        threads 1 n 3: 16bb18c67633c37d 51122a136641a1d0 7d39f7d22467978c
        threads 1 n 300: 962bc3f413aa6d32 dce166780605bb37 663ae4f8598887df
        threads 1 n 40: 8fd678c406d5f476 2710470b762f2d57 7bde0c4f5cbefbbc
        threads 2 n 70: 3d2413cd15df672a 10e06986355440cc f83a70d95dc958f7
        threads 2 n 150: 4f20097507d0e657 b519d293512a574d 84f28d590b971317
        threads 2 n 20: d50a4a6cdf6d1c3f 2e1094e6940746ae 90399f0e1df53fe5
        threads 2 n 7: 178cb2b21c3160be 875540870934b4d2 3763c81e6dbeeb78
        threads 2 n 2: 204f03c5bffac0e0 44dbc0a3b58351ac b7a63a7f1210ec24
        threads 2 n 5: 7b56d296ccb576df 4b965f69f1a71ff8 15e6912810ab0200
        threads 2 n 3: 16bb18c67633c37d 51122a136641a1d0 7d39f7d22467978c
        threads 2 n 300: 962bc3f413aa6d32 dce166780605bb37 663ae4f8598887df
        threads 2 n 40: 8fd678c406d5f476 2710470b762f2d57 7bde0c4f5cbefbbc
        threads 7 n 70: 3d2413cd15df672a 10e06986355440cc f83a70d95dc958f7
        threads 7 n 150: 4f20097507d0e657 b519d293512a574d 84f28d590b971317
        threads 7 n 20: d50a4a6cdf6d1c3f 2e1094e6940746ae 90399f0e1df53fe5
        threads 7 n 7: 178cb2b21c3160be 875540870934b4d2 3763c81e6dbeeb78
        threads 7 n 2: 204f03c5bffac0e0 44dbc0a3b58351ac b7a63a7f1210ec24
        threads 7 n 5: 7b56d296ccb576df 4b965f69f1a71ff8 15e6912810ab0200
        threads 7 n 3: 16bb18c67633c37d 51122a136641a1d0 7d39f7d22467978c
        threads 7 n 300: 962bc3f413aa6d32 dce166780605bb37 663ae4f8598887df
        threads 7 n 40: 8fd678c406d5f476 2710470b762f2d57 7bde0c4f5cbefbbc
        """;

    [Theory]
    [InlineData(null, null, 512)]
    [InlineData("DOTNET_EnableAVX512", "0", 256)]
    [InlineData("DOTNET_PreferredVectorBitWidth", "256", 256)]
    [InlineData("DOTNET_EnableAVX2", "0", 128)]
    [InlineData("DOTNET_EnableHWIntrinsic", "0", 0)]
    public void The_same_bits_come_out_under_every_hardware_setting(string? variable, string? value, int widestSeen)
    {
        var lines = RunProbe(variable, value);

        // The child sees the machine's own vectors, cut to what the setting leaves: no setting may go by unheard.
        var own = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        Assert.Equal($"widths {Math.Min(own, widestSeen)}", lines[0]);
        Assert.Equal(Expected.ReplaceLineEndings("\n").Split('\n'), lines[1..]);
    }

    private static string[] RunProbe(string? variable, string? value)
    {
        var dotnet = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        var start = new ProcessStartInfo(dotnet)
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "DeterminismProbe.dll") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (variable is not null)
        {
            start.Environment[variable] = value;
        }

        using var probe = Process.Start(start)!;
        var error = probe.StandardError.ReadToEndAsync();
        var output = probe.StandardOutput.ReadToEnd();
        probe.WaitForExit();
        Assert.True(probe.ExitCode == 0, error.Result);
        return output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
    }
}
