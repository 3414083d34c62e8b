using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ToyModels.ML;

/// <summary>
/// Asks for TorchSharp's native library before TorchSharp does. TorchSharp loads it in static initialisers: where one of them fails, every later
/// use fails in the same process, with a type's name and no advice.
/// </summary>
internal static class NativeTorch
{
    private const string Bridge = "LibTorchSharp";
    private static bool _isLoaded;

    private static string Platform =>
        OperatingSystem.IsWindows() ? "win-x64"
        : OperatingSystem.IsMacOS() ? "osx-arm64"
        : "linux-x64";

    /// <summary>The package that brings CUDA; none for macOS.</summary>
    private static string CudaPackage => OperatingSystem.IsWindows() ? "TorchSharp-cuda-windows" : "TorchSharp-cuda-linux";

    /// <summary>The version of TorchSharp that runs.</summary>
    private static string Version =>
        typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', '-')[0] ?? "of TorchSharp's version";

    /// <summary>The version of libtorch that it was made for: a constant, so that reading it starts no initialiser.</summary>
    private static string LibtorchVersion =>
        typeof(torch).GetField("libtorchPackageVersion", BindingFlags.Static | BindingFlags.NonPublic)?.GetRawConstantValue() is string version
            ? string.Join('.', version.Split('.').Take(3))
            : "of the version that TorchSharp's own documentation names";

    /// <summary>How to get CUDA.</summary>
    internal static string CudaAdvice => $"add the package {CudaPackage} {Version} to the application, on a machine with a CUDA driver";

    /// <summary>Throws one sentence that says what to add where the native library is missing or cannot be loaded.</summary>
    /// <exception cref="DllNotFoundException">It is missing or cannot be loaded; the inner exception holds the words of the system's loader.</exception>
    internal static void Require()
    {
        if (_isLoaded)
        {
            return;
        }

        // In the order of TorchSharp itself: the bridge needs the other, which need not be found under that name.
        var assembly = typeof(torch).Assembly;
        NativeLibrary.TryLoad("torch_cpu", assembly, null, out _);
        try
        {
            NativeLibrary.Load(Bridge, assembly, null);
            _isLoaded = true;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new DllNotFoundException(
                $"TorchSharp's native library {Bridge} is missing or cannot be loaded: add the package libtorch-cpu-{Platform} {LibtorchVersion} to the application"
                + (OperatingSystem.IsMacOS() ? "" : $" ({CudaPackage} {Version} for CUDA)")
                + ", and where it is there already, see in the inner exception what this system lacks.",
                e);
        }
    }
}
