// Tensors are counted, and random numbers drawn, for the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
