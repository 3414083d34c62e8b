using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace ToyModels.ML;

/// <summary>
/// The device that torch computes on: the one that is named, else the one that <see cref="MLContext.GpuDeviceId"/> and
/// <see cref="MLContext.FallbackToCpu"/> tell, else the processor. It is where a computation runs, never part of a model.
/// </summary>
internal sealed class DeviceChoice
{
    private const string Cpu = "cpu";
    private const string Cuda = "cuda";

    private readonly int? _gpu;
    private readonly MLContext? _mlContext;

    /// <param name="device">cpu, cuda, cuda:0, cuda:1, …; null where the context is to tell.</param>
    /// <param name="mlContext">The context; null for none.</param>
    /// <exception cref="ArgumentException">There is no such name.</exception>
    internal DeviceChoice(string? device, MLContext? mlContext)
    {
        Name = device;
        _gpu = device is null or Cpu ? null : Number(device);
        _mlContext = mlContext;
    }

    /// <summary>The name that was given; null where the context tells.</summary>
    internal string? Name { get; }

    /// <summary>The device, which can be used: nothing of torch was touched before the native library was found.</summary>
    /// <param name="channel">Is told which; null for none.</param>
    /// <exception cref="DllNotFoundException">The native library is missing.</exception>
    /// <exception cref="InvalidOperationException">The device is not there, and falling back to the processor is not allowed.</exception>
    internal torch.Device Open(IChannel? channel)
    {
        NativeTorch.Require();
        var wanted = Name is null ? _mlContext?.GpuDeviceId : _gpu;
        var device = wanted is { } number ? OpenCuda(number, channel) : new torch.Device(DeviceType.CPU);
        channel?.Info(MessageSensitivity.None, "torch computes on {0}", device.type == DeviceType.CUDA ? NameOf(device.index) : Cpu);
        return device;
    }

    private torch.Device OpenCuda(int number, IChannel? channel)
    {
        // torch.device("cuda") throws at once where there is none.
        var count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (number < count)
        {
            return new torch.Device(DeviceType.CUDA, number);
        }

        var found = count == 0
            ? $"torch.cuda.is_available() is false: {NativeTorch.CudaAdvice}"
            : string.Create(CultureInfo.InvariantCulture, $"there are {count} CUDA devices, numbered from 0 to {count - 1}");
        if (Name is null && _mlContext!.FallbackToCpu)
        {
            channel?.Warning(MessageSensitivity.None, "MLContext.GpuDeviceId asks for {0}, but {1}. Falling back to the processor.", NameOf(number), found);
            return new torch.Device(DeviceType.CPU);
        }

        throw new InvalidOperationException(
            $"{NameOf(number)} was asked for, but {found}; or use the processor"
            + (Name is null ? ": set MLContext.FallbackToCpu, or leave MLContext.GpuDeviceId null." : $", '{Cpu}'."));
    }

    private static int Number(string device) =>
        device == Cuda ? 0
        : device.StartsWith(Cuda + ":", StringComparison.Ordinal)
            && int.TryParse(device.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new ArgumentException($"device is '{device}'; it must be cpu, cuda, or cuda:0, cuda:1 and so on.", nameof(device));

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{Cuda}:{number}");
}
