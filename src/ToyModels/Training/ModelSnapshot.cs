namespace ToyModels;

/// <summary>A model on its way.</summary>
/// <param name="Step">Optimiser steps behind it; 0 for the initial weights.</param>
/// <param name="Model">The model as it was then.</param>
public sealed record ModelSnapshot(int Step, ToyModel Model);
