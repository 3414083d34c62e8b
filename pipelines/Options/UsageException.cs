namespace ToyModels.Pipelines;

/// <summary>The command was asked for something that it cannot do; the message is the sentence that a person sees. Exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
