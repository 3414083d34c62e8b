namespace ToyModels;

/// <summary>How far a call of a trainer is. Reported from worker threads at each recorded step.</summary>
/// <param name="Instance">Number of the instance in the call, from 0.</param>
/// <param name="Restart">Number of its restart, from 0.</param>
/// <param name="Step">Steps done in this restart.</param>
/// <param name="Loss">Mean batch loss since the record before.</param>
/// <param name="StepsDone">Steps done in the whole call, all instances and restarts together, each as of its last record.</param>
/// <param name="StepsTotal">Steps of the whole call; null where epochs are counted and the number of rows is not known.</param>
public readonly record struct TrainingProgress(int Instance, int Restart, int Step, float Loss, long StepsDone, long? StepsTotal);
