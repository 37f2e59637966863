"""Jane Austen's six novels out of Debian's package r-cran-janeaustenr, as plain paragraphs.

The novels (1811 to 1818) are in the public domain; the package, which only carries them, is
under the MIT licence. The package is unpacked, not installed, and needs no R.
"""

import lzma
import pathlib
import re
import struct
import subprocess
import zlib

PACKAGE = "r-cran-janeaustenr"
HELD_OUT_BYTES = 90_000


def texts(folder):
    """The novels' lines, one list for each, from the package's serialised tables."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("x/usr")):
        if not list(folder.glob(PACKAGE + "_*.deb")):
            subprocess.run(["apt-get", "download", PACKAGE], cwd=folder, check=True)
        deb = next(folder.glob(PACKAGE + "_*.deb"))
        subprocess.run(["dpkg", "-x", deb, folder / "x"], check=True)
    data = next((folder / "x").glob("usr/lib/R/**/data/Rdata.rdb")).read_bytes()
    novels, at = [], 0
    while at < len(data):
        # A big-endian length, then zlib, or the letter Z and xz.
        is_zlib = data[at + 4] == 0x78
        reader = zlib.decompressobj() if is_zlib else lzma.LZMADecompressor()
        novels.append(strings(reader.decompress(data[at + 4 if is_zlib else at + 5:])))
        at = len(data) - len(reader.unused_data)
    return novels


def strings(raw):
    """A serialised vector of strings (R's format X, versions 2 and 3)."""
    assert raw[:2] == b"X\n"
    version, = struct.unpack(">i", raw[2:6])
    at = 14
    if version == 3:
        at += 4 + struct.unpack(">i", raw[at:at + 4])[0]
    flags, count = struct.unpack(">ii", raw[at:at + 8])
    assert flags & 255 == 16, "a vector of strings is expected"
    at += 8
    lines = []
    for _ in range(count):
        length, = struct.unpack(">i", raw[at + 4:at + 8])
        lines.append(raw[at + 8:at + 8 + max(length, 0)].decode())
        at += 8 + max(length, 0)
    return lines


def novel(lines):
    """Paragraphs in one line each, two line ends between them."""
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines))
    kept = [" ".join(paragraph.split()) for paragraph in paragraphs]
    kept = [paragraph for paragraph in kept if paragraph]
    for index, paragraph in enumerate(kept):
        if "NOTE ON THE TEXT" in paragraph.upper():
            kept = kept[:index]
            break
    return "\n\n".join(kept).replace("--", " -- ").replace("_", "") + "\n\n"


def split(folder):
    """Text to train on, and text held out: the end of Persuasion."""
    novels = [novel(lines) for lines in texts(folder)]
    index = next(i for i, text in enumerate(novels) if "Kellynch Hall" in text)
    cut = novels[index].index("\n\n", len(novels[index]) - HELD_OUT_BYTES) + 2
    held_out = novels[index][cut:]
    novels[index] = novels[index][:cut]
    return novels, held_out
