namespace ToyModels.Figures.Tests;

public sealed class TypefaceTests
{
    [Fact]
    public void The_typeface_holds_the_signs_of_the_field()
    {
        const string signs = "WᵀW ‖W‖ ₀₁₂₃₄₅₆₇₈₉ ⁰¹²³⁴⁵⁶⁷⁸⁹ ⁻ ⁱ λ − · × ± ≥ ≤ ≈ ≠ → Σ √ ∞ ½ … – Ŵ µ ′";
        Assert.DoesNotContain((ushort)0, Typeface.Regular.GetGlyphs(signs));
        Assert.DoesNotContain((ushort)0, Typeface.Bold.GetGlyphs(signs));
    }

    [Fact]
    public void The_typeface_comes_from_the_assembly()
    {
        Assert.Equal("Source Sans 3", Typeface.Regular.FamilyName);
        Assert.NotEqual(Typeface.Regular.FontStyle.Weight, Typeface.Bold.FontStyle.Weight);
    }

    [Fact]
    public void Long_texts_break_at_spaces()
    {
        var lines = Pen.Wrap("n = 20, m = 5, I = 0.7ⁱ, 1 − S = 0.01", 120, 17, bold: true);
        Assert.True(lines.Count > 1);
        Assert.All(lines, l => Assert.True(Typeface.Width(l, 17, bold: true) <= 120, l));
        Assert.Equal("n = 20, m = 5, I = 0.7ⁱ, 1 − S = 0.01", string.Join(' ', lines));
        Assert.Empty(Pen.Wrap("", 120, 17, bold: true));
        Assert.Equal(["unbreakable", "x"], Pen.Wrap("unbreakable x", 10, 17, bold: true));
    }
}
