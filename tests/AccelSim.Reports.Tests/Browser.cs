using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace AccelSim.Reports.Tests;

/// <summary>A headless Chromium that shows one report from a file.</summary>
internal sealed class Browser : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("accelsim-report").FullName;
    private readonly ChromeDriver _driver;

    public Browser(string html)
    {
        var file = Path.Combine(_folder, "report.html");
        File.WriteAllText(file, html);
        var options = new ChromeOptions { BinaryLocation = BrowserFactAttribute.Browser };
        options.AddArguments(
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--window-size=1280,1000",
            "--user-data-dir=" + Path.Combine(_folder, "profile"));
        options.SetLoggingPreference(LogType.Browser, LogLevel.All);
        var service = ChromeDriverService.CreateDefaultService(
            Path.GetDirectoryName(BrowserFactAttribute.Driver),
            Path.GetFileName(BrowserFactAttribute.Driver));
        service.SuppressInitialDiagnosticInformation = true;
        _driver = new ChromeDriver(service, options);
        _driver.Navigate().GoToUrl("file://" + file);
    }

    /// <summary>What the page wrote to its console, failed requests included.</summary>
    public IReadOnlyList<string> Console =>
        [.. _driver.Manage().Logs.GetLog(LogType.Browser).Select(entry => entry.Message)];

    /// <summary>Evaluates a script.</summary>
    public object? Run(string script) => _driver.ExecuteScript(script);

    /// <summary>The text of all elements that a selector finds, hidden ones included.</summary>
    public string TextOf(string selector) => (string)Run(
        $"return [...document.querySelectorAll('{selector}')]"
        + ".map(e => e.textContent).join('\\n')")!;

    public void Dispose()
    {
        _driver.Quit();
        _driver.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
