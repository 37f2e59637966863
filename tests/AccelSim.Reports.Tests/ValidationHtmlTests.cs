using AccelSim.Validation;

namespace AccelSim.Reports.Tests;

/// <summary>The page of a validation.</summary>
public sealed class ValidationHtmlTests
{
    private static readonly ErrorSummary Errors = new(2, 0.25, 0.3, 0.35, -0.25, 0.5);

    private static readonly ValidationResult Result = new(
        "roofline",
        [new ErrorGroup("gemm", "h100_sxm", "<fp8>", Regime.Memory, Errors)],
        Errors,
        [new JudgedRow("gemm", "h100_sxm", "<fp8>", "m=1 n=2 k=3", 2, 3e-6, 4e-6)],
        [new TableCount("gemm", true, 3, 2, 1, 0), new TableCount("moe", false, 0, 0, 0, 0)],
        [new SkippedRows("gemm", "it has no bf16", 1)],
        [new JudgedRow("gemm", "h100_sxm", "<fp8>", "", 2, 3e-6, 4e-6)])
    {
        ByFormat = [],
        ByDevice = [],
    };

    [Fact]
    public void Page_ShowsErrorsSkippedRowsAndMissingTables()
    {
        var page = ValidationHtml.Text(Result);
        Assert.Contains("Median absolute error 25.0 % over 2 measured rows.", page,
            StringComparison.Ordinal);
        Assert.Contains("it has no bf16", page, StringComparison.Ordinal);
        Assert.Contains("not there", page, StringComparison.Ordinal);
        Assert.Contains("&lt;fp8&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_IsTheSameEveryTime() =>
        Assert.Equal(ValidationHtml.Text(Result), ValidationHtml.Text(Result));

    [BrowserFact]
    public void Page_DrawsItsPlotWithoutErrors()
    {
        using var browser = new Browser(ValidationHtml.Text(Result));
        Assert.Empty(browser.Console);
        Assert.Equal("1", browser.Run("return document.documentElement.dataset.charts"));
        Assert.True((bool)browser.Run("return !!document.querySelector('#chart-scatter canvas')")!);
    }
}
