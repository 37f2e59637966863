namespace AccelSim.Reports.Tests;

/// <summary>A test that needs Chromium and its driver and skips, saying so, without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    /// <summary>Where Debian puts the browser.</summary>
    public const string Browser = "/usr/bin/chromium";

    /// <summary>Where Debian puts the driver.</summary>
    public const string Driver = "/usr/bin/chromedriver";

    public BrowserFactAttribute()
    {
        if (!File.Exists(Browser) || !File.Exists(Driver))
        {
            Skip = $"{Browser} or {Driver} is not here; on Debian: "
                + "apt-get install chromium chromium-driver";
        }
    }
}
