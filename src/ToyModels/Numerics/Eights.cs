namespace ToyModels;

/// <summary>Sets of eight lanes, as the bits of a byte, and how a vector is packed so that the lanes of a set stand at its front.</summary>
internal static class Eights
{
    internal const int Count = 8;

    /// <summary>For each of the 256 sets eight places: those in the set, ascending, then zeros.</summary>
    internal static readonly int[] Places = CreatePlaces();

    /// <summary>The same places as bytes of a word, the first the lowest.</summary>
    internal static readonly ulong[] Bytes = [.. Places.Chunk(Count).Select(places => places.Reverse().Aggregate(0UL, (word, place) => (word << 8) | (uint)place))];

    private static int[] CreatePlaces()
    {
        var places = new int[(1 << Count) * Count];
        for (var set = 0; set < 1 << Count; set++)
        {
            var next = set * Count;
            for (var lane = 0; lane < Count; lane++)
            {
                if ((set & (1 << lane)) != 0)
                {
                    places[next++] = lane;
                }
            }
        }

        return places;
    }
}
