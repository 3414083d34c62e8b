namespace ToyModels.ML.Tests;

/// <summary>A test that runs torch. Without its native library the test reports itself skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TorchFactAttribute : FactAttribute
{
    public TorchFactAttribute() => Skip = Torch.WhySkipped;
}

/// <summary>As <see cref="TorchFactAttribute"/>, for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TorchTheoryAttribute : TheoryAttribute
{
    public TorchTheoryAttribute() => Skip = Torch.WhySkipped;
}

/// <summary>A test of what is told without the native library.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WithoutTorchFactAttribute : FactAttribute
{
    public WithoutTorchFactAttribute() => Skip = Torch.WhyPresent;
}

internal static class Torch
{
#if TORCH_NATIVE
    internal const string? WhySkipped = null;
    internal const string? WhyPresent = "Needs torch's native library to be missing; this build brings it.";

    /// <summary>Small tensors gain nothing from threads, and torch's wait by spinning.</summary>
    [System.Runtime.CompilerServices.ModuleInitializer]
    internal static void UseOneThread()
    {
        NativeTorch.Require();
        TorchSharp.torch.set_num_threads(1);
    }
#else
    internal const string? WhySkipped = "Needs torch's native library: dotnet test -p:TorchNative=true, on a system whose C++ library is new enough (GLIBCXX_3.4.32: Debian 13).";
    internal const string? WhyPresent = null;
#endif
}
