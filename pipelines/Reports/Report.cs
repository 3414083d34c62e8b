using System.Collections.Immutable;

namespace ToyModels.Pipelines;

/// <summary>What a pipeline has to say: sections in their order.</summary>
internal sealed class Report
{
    private readonly List<ReportSection> _sections = [];

    /// <summary>The sections.</summary>
    public IReadOnlyList<ReportSection> Sections => _sections;

    /// <summary>Opens the next section.</summary>
    /// <param name="title">Its heading.</param>
    public ReportSection AddSection(string title)
    {
        var section = new ReportSection(title);
        _sections.Add(section);
        return section;
    }
}

/// <summary>A heading and what stands under it.</summary>
internal sealed class ReportSection(string title)
{
    private readonly List<ReportBlock> _blocks = [];

    /// <summary>Its heading.</summary>
    public string Title { get; } = title;

    /// <summary>What stands under it, in order.</summary>
    public IReadOnlyList<ReportBlock> Blocks => _blocks;

    /// <summary>Adds a block.</summary>
    public ReportSection Add(ReportBlock block)
    {
        _blocks.Add(block);
        return this;
    }
}

/// <summary>A part of a section.</summary>
internal abstract record ReportBlock;

/// <summary>Plain text.</summary>
internal sealed record ReportText(string Text) : ReportBlock;

/// <summary>A picture.</summary>
/// <param name="Name">Its file's name without extension.</param>
/// <param name="Picture">A data URI.</param>
/// <param name="Width">Its width in CSS pixels.</param>
/// <param name="AltText">What it shows, for those who do not see it.</param>
/// <param name="Caption">How to read it.</param>
internal sealed record ReportFigure(string Name, string Picture, int Width, string AltText, string Caption) : ReportBlock;

/// <summary>A table; cells that are numbers stand to the right.</summary>
internal sealed record ReportTable(string Caption, ImmutableArray<string> Header, ImmutableArray<ImmutableArray<string>> Rows) : ReportBlock;
