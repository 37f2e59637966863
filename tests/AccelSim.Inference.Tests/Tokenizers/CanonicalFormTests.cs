using System.Globalization;
using System.Text;
using AccelSim.Inference.Tokenizers;

namespace AccelSim.Inference.Tests.Tokenizers;

/// <summary>Random letters and marks, against Python's unicodedata.</summary>
public class CanonicalFormTests
{
    [Theory]
    [InlineData("B5C 61 1161 65 2000 1E8D", "B21 B3C 61 1161 65 2002 1E8D",
        "B21 B3C 61 1161 65 2002 78 308")]
    [InlineData("731 F86", "731 F86",
        "731 F86")]
    [InlineData("302D 301 730", "302D 301 730",
        "302D 301 730")]
    [InlineData("6D9 6E1 1F33", "6D9 6E1 1F33",
        "6D9 6E1 3B9 314 300")]
    [InlineData("11A8 1E09 173", "11A8 1E09 173",
        "11A8 63 327 301 75 328")]
    [InlineData("4DA 2DED 8E7 4DF", "4DA 2DED 8E7 4DF",
        "4D8 308 2DED 8E7 437 308")]
    [InlineData("1CD8 317 18A9 1FA0 309", "1CD8 317 18A9 1FA0 309",
        "1CD8 317 18A9 3C9 313 309 345")]
    [InlineData("1E2 65 3C9 A5E 1BF2", "1E2 65 3C9 A2B A3C 1BF2",
        "C6 304 65 3C9 A2B A3C 1BF2")]
    [InlineData("AC00 35E", "AC00 35E",
        "1100 1161 35E")]
    [InlineData("1ED7 175 1F3F", "1ED7 175 1F3F",
        "6F 302 303 77 302 399 314 342")]
    [InlineData("1F2E 1DE 8E6 331 1ECD 747", "1F2E 1DE 8E6 331 1ECD 747",
        "397 313 342 41 8E6 331 308 304 6F 323 747")]
    [InlineData("3C9 321 6E4 1F65 1A78 1E1D 107", "3C9 321 6E4 1F65 1A78 1E1D 107",
        "3C9 321 6E4 3C9 314 301 1A78 65 327 306 63 301")]
    [InlineData("1E31 616 1CED 85B 1B41", "1E31 1CED 85B 616 1B41",
        "6B 1CED 85B 301 616 1B3F 1B35")]
    [InlineData("1FC8 3C9 1DC0", "1FC8 3C9 1DC0",
        "395 300 3C9 1DC0")]
    [InlineData("1DCB 1F9E 2DE4 AC00", "1DCB 1F9E 2DE4 AC00",
        "1DCB 397 313 342 2DE4 345 1100 1161")]
    [InlineData("1CE7 1F33 AC00 30B AC00 1DC9", "1CE7 1F33 AC00 30B AC00 1DC9",
        "1CE7 3B9 314 300 1100 1161 30B 1100 1161 1DC9")]
    [InlineData("85B 41 1FE1 1FFC AC00 613 BCA", "85B 41 1FE1 1FFC AC00 613 BCA",
        "85B 41 3C5 304 3A9 345 1100 1161 613 BC6 BBE")]
    [InlineData("11D 1100 41 1E97 31C", "11D 1100 41 1E97 31C",
        "67 302 1100 41 74 31C 308")]
    [InlineData("1E24 651 1CD7", "1E24 651 1CD7",
        "48 651 323 1CD7")]
    [InlineData("226F 4EE 1DFA", "226F 4EE 1DFA",
        "3E 338 423 1DFA 304")]
    [InlineData("2DFD 201", "2DFD 201",
        "2DFD 61 30F")]
    [InlineData("C3C 1A60 1DF9", "C3C 1A60 1DF9",
        "C3C 1A60 1DF9")]
    [InlineData("8DD 1E8F 11A8 41", "8DD 1E8F 11A8 41",
        "8DD 79 307 11A8 41")]
    [InlineData("EC8 F7B 1100 300 4F9", "EC8 F7B 1100 300 4F9",
        "EC8 F7B 1100 300 44B 308")]
    [InlineData("8F7 41 3C9 1F45 1FED 820", "8F7 41 3C9 1F45 1FED 820",
        "8F7 41 3C9 3BF 314 301 A8 300 820")]
    [InlineData("1A7A 4E2 1CDD 1F0F 8D5 169 1DEA", "1A7A 4E2 1CDD 1F0F 8D5 169 1DEA",
        "1A7A 418 1CDD 304 391 314 342 8D5 75 303 1DEA")]
    [InlineData("1E46 82A 11A8 1ED4 2DF5 61", "1E46 82A 11A8 1ED4 2DF5 61",
        "4E 323 82A 11A8 4F 302 309 2DF5 61")]
    [InlineData("1E83 1DE7 A33", "1E83 1DE7 A32 A3C",
        "77 301 1DE7 A32 A3C")]
    [InlineData("1100 385 36F 30E", "1100 385 36F 30E",
        "1100 A8 301 36F 30E")]
    [InlineData("20ED 3C9 3C9 1FEA 3C9", "20ED 3C9 3C9 1FEA 3C9",
        "20ED 3C9 3C9 3A5 300 3C9")]
    [InlineData("C3 8CE", "C3 8CE",
        "41 303 8CE")]
    [InlineData("1100 1F37 8FC 1DF3 73F 124 31A", "1100 1F37 8FC 1DF3 73F 124 31A",
        "1100 3B9 314 342 8FC 1DF3 73F 48 302 31A")]
    [InlineData("41 59A 1F01 5A6", "41 59A 1F01 5A6",
        "41 59A 3B1 5A6 314")]
    [InlineData("654 5C5 20A 145", "5C5 654 20A 145",
        "5C5 654 49 311 4E 327")]
    [InlineData("116 1EAE 1100 12C 1ECC F19 8D6", "116 1EAE 1100 12C 1ECC F19 8D6",
        "45 307 41 306 301 1100 49 306 4F 323 F19 8D6")]
    [InlineData("8D2 3099 10B", "3099 8D2 10B",
        "3099 8D2 63 307")]
    [InlineData("1FD3 5A5 3C9 313 324 15B", "390 5A5 1F60 324 15B",
        "3B9 5A5 308 301 3C9 324 313 73 301")]
    [InlineData("1BF2 1DE8 1F5D 1FE6 1E18 593", "1BF2 1DE8 1F5D 1FE6 1E18 593",
        "1BF2 1DE8 3A5 314 301 3C5 342 45 32D 593")]
    [InlineData("6EB 1EE5", "6EB 1EE5",
        "6EB 75 323")]
    [InlineData("228 1EDA 41 1FD2 4D1", "228 1EDA 41 1FD2 4D1",
        "45 327 4F 31B 301 41 3B9 308 300 430 306")]
    public void Forms_AreThoseOfTheStandard(string text, string composed, string decomposed)
    {
        Assert.Equal(Text(composed), CanonicalForm.Compose(Text(text)));
        Assert.Equal(Text(decomposed), CanonicalForm.Decompose(Text(text)));
    }

    private static string Text(string points) => string.Concat(points.Split(' ').Select(
        point => new Rune(int.Parse(point, NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            .ToString()));
}
