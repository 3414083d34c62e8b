using System.Runtime.InteropServices;
using ToyModels.Pipelines;

using var interruption = new CancellationTokenSource();

// The first signal asks politely, and what is done is kept; the second one ends the process as usual.
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = !interruption.IsCancellationRequested;
    if (signal.Cancel)
    {
        Console.Error.WriteLine("Interrupted: what is done is being kept. A second time ends at once.");
        interruption.Cancel();
    }
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return new ToyModelsCommand(Terminal.OfProcess(), Catalog.Default).Invoke(args, interruption.Token);
