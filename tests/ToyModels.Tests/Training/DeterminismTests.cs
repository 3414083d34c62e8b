using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ToyModels.Tests.Training;

/// <summary>The same bits on every vector width and any number of threads: hashes of a run that is committed here, in processes of their own.</summary>
public sealed class DeterminismTests
{
    // Printed by tests/DeterminismProbe. They change only when the data or the arithmetic change on purpose.
    private const string Expected = """
        data 20 1 cde335f69de58c35
        data 20 0.3 fc51c3352362c3c7
        data 20 0.0625 fd72c786dadf24ea
        data 20 0.05 f580a9759c23b98e
        data 20 0.002 f13e60f8f8f3179e
        data 100 0.1 e1bb6364f7f4da84
        importance 5d83a2cd37d1d771 4d3def3049877d47
        forward 100 20 5f2334ab9b1dbdf5 b9a2cfbd15cfd193
        forward 33 70 df597bf2c6eee583 b98d49ae0497c8c7
        forward 5 2 e91fd5a47336ef7f ebfb0402d9d26b52
        threads 1 n 70: 05bb35300201af5d b535a4afa519a5a0 c88783d326248bda
        threads 1 n 20: 51d6d98d7143551a f8cd0057f7c10c70 ea4a78fbe21b6dbf
        threads 1 n 7: 430d2b12595c2a47 1f0777b9659028bd 04fcee2476bc3b9f
        threads 1 n 2: 7e64faed06c02b2a 9e763a5aa3a2caa2 c53f978732f7b076
        threads 1 n 5: d2cc15a5b0eab31b 73adc896a88a1de7 aaeda21d7577c49d
        threads 1 n 3: 5cfdd8ed61e7975a cddd06ca241deee8 153e94993bb0efbe
        threads 1 n 300: d94d6be1cb8264a7 48009658888a54e9 fb90285132fcd937
        threads 1 n 40: b083b1cf98be7e03 0a97cdcd25bdb463 c2d59a05ab8f6803
        threads 2 n 70: 05bb35300201af5d b535a4afa519a5a0 c88783d326248bda
        threads 2 n 20: 51d6d98d7143551a f8cd0057f7c10c70 ea4a78fbe21b6dbf
        threads 2 n 7: 430d2b12595c2a47 1f0777b9659028bd 04fcee2476bc3b9f
        threads 2 n 2: 7e64faed06c02b2a 9e763a5aa3a2caa2 c53f978732f7b076
        threads 2 n 5: d2cc15a5b0eab31b 73adc896a88a1de7 aaeda21d7577c49d
        threads 2 n 3: 5cfdd8ed61e7975a cddd06ca241deee8 153e94993bb0efbe
        threads 2 n 300: d94d6be1cb8264a7 48009658888a54e9 fb90285132fcd937
        threads 2 n 40: b083b1cf98be7e03 0a97cdcd25bdb463 c2d59a05ab8f6803
        threads 7 n 70: 05bb35300201af5d b535a4afa519a5a0 c88783d326248bda
        threads 7 n 20: 51d6d98d7143551a f8cd0057f7c10c70 ea4a78fbe21b6dbf
        threads 7 n 7: 430d2b12595c2a47 1f0777b9659028bd 04fcee2476bc3b9f
        threads 7 n 2: 7e64faed06c02b2a 9e763a5aa3a2caa2 c53f978732f7b076
        threads 7 n 5: d2cc15a5b0eab31b 73adc896a88a1de7 aaeda21d7577c49d
        threads 7 n 3: 5cfdd8ed61e7975a cddd06ca241deee8 153e94993bb0efbe
        threads 7 n 300: d94d6be1cb8264a7 48009658888a54e9 fb90285132fcd937
        threads 7 n 40: b083b1cf98be7e03 0a97cdcd25bdb463 c2d59a05ab8f6803
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
