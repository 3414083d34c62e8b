using TorchSharp;
using static TorchSharp.torch;

namespace ToyModels.ML;

/// <summary>What a module has learned, as named tensors of single precision: no type names, no code.</summary>
internal static class ModuleState
{
    /// <summary>Reads parameters and persistent buffers. Whole numbers, such as a count of batches, are kept as the singles that hold them exactly.</summary>
    /// <exception cref="NotSupportedException">A number is lost in single precision.</exception>
    internal static SafetensorsFile Read(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return new SafetensorsFile(module.state_dict().Select(entry => KeyValuePair.Create(entry.Key, Single(entry.Key, entry.Value.cpu()))));
    }

    /// <summary>Writes into a module what <see cref="Read"/> read from one of the same kind.</summary>
    /// <exception cref="InvalidDataException">Names or shapes differ.</exception>
    internal static void Write(nn.Module module, SafetensorsFile file)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var state = module.state_dict();
        if (state.Keys.Except(file.Tensors.Keys).Concat(file.Tensors.Keys.Except(state.Keys)).Order(StringComparer.Ordinal).FirstOrDefault() is { } odd)
        {
            throw new InvalidDataException(
                $"'{odd}' is in {(state.ContainsKey(odd) ? "the module" : "the file")} alone; the factory must make the module that was saved.");
        }

        foreach (var (name, tensor) in state)
        {
            var (own, saved) = (tensor.shape, file.Tensors[name].Shape);
            if (!own.SequenceEqual(saved))
            {
                throw new InvalidDataException(
                    $"'{name}' has shape [{string.Join(", ", saved)}] in the file and [{string.Join(", ", own)}] in the module; the factory must make the module that was saved.");
            }

            tensor.copy_(torch.tensor(file.Tensors[name].Values.ToArray(), own));
        }
    }

    private static FloatTensor Single(string name, Tensor tensor)
    {
        var single = tensor.to_type(ScalarType.Float32);
        return single.to_type(tensor.dtype).eq(tensor).all().item<bool>()
            ? new FloatTensor([.. tensor.shape], single.contiguous().data<float>().ToArray())
            : throw new NotSupportedException($"'{name}' of type {tensor.dtype} holds numbers that are lost in single precision; keep the module's state in Float32.");
    }
}
