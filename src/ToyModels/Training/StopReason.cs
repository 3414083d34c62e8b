namespace ToyModels;

/// <summary>Why a training stopped.</summary>
public enum StopReason
{
    /// <summary>All steps or epochs were done.</summary>
    Completed,

    /// <summary>The cancellation token was signalled; the model is the one reached by then.</summary>
    Cancelled,

    /// <summary>The loss became infinite or not a number; the model is the last one recorded before.</summary>
    Diverged,
}
