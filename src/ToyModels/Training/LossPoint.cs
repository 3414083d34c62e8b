namespace ToyModels;

/// <summary>One line of a loss history.</summary>
/// <param name="Step">Step from 1: the first, every 50th, and the last are recorded.</param>
/// <param name="Loss">Mean batch loss over the steps since the line before, in the training's <see cref="LossReduction"/>.</param>
public readonly record struct LossPoint(int Step, float Loss);
