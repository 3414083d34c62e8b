using Microsoft.ML;

namespace ToyModels.ML.Tests;

/// <summary>
/// What a fresh process does that knows a model file alone: <c>registered FILE</c> predicts one row and prints its bits; <c>unregistered FILE</c>
/// loads without asking for the catalog and prints the innermost error; <c>wine FILE</c> runs the example of docs/mlnet.md.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        var ml = new MLContext();
        try
        {
            if (args[0] == "wine")
            {
                Console.WriteLine($"{WineServing.Predict(args[1]):R}");
                return 0;
            }

            if (args[0] == "registered")
            {
                ml.ToyModels();
            }

            var model = ml.Model.Load(args[1], out _);
            var view = model.Transform(Views.Dense(ml, 3));
            Console.WriteLine(Bits(view.Column("Hidden")));
            return 0;
        }
        catch (Exception e)
        {
            Console.WriteLine(Contexts.Unfold(e).Last().Message);
            return 1;
        }
    }

    internal static string Bits(float[][] rows) =>
        string.Join(';', rows.Select(r => string.Join(',', r.Select(v => BitConverter.SingleToUInt32Bits(v).ToString("x8")))));
}
