namespace ToyModels.ML;

/// <summary>How far a sweep is. Reported from worker threads after each cell.</summary>
/// <param name="Cell">The cell that has just been finished.</param>
/// <param name="CellsDone">Cells finished, those that were taken up from the folder among them.</param>
/// <param name="CellsTotal">Cells of the sweep.</param>
public readonly record struct SweepProgress(SweepCell Cell, int CellsDone, int CellsTotal);
