# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Pages for a browser: what is in them, and what they look like."""

import collections
import html.parser
import struct
import subprocess
import xml.etree.ElementTree
import zlib

from tracer import PATIENCE_S

SVG = "{http://www.w3.org/2000/svg}"


class Page(html.parser.HTMLParser):
    """The page as a browser takes it: what elements there are, and what they say."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.rows, self.attributes = collections.Counter(), [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += attrs
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def page(text):
    """Parsed as HTML, and as XML; nothing in it is fetched or run."""
    parsed = Page()
    parsed.feed(text)
    parsed.close()
    assert not parsed.open
    assert not {"script", "link", "img", "iframe", "object", "embed", "a", "image", "use",
                "foreignobject", "form", "b/", "i"} & set(parsed.tags)
    for name, value in parsed.attributes:
        assert not name.startswith("on") and name not in ("src", "href", "style", "srcset")
        assert "://" not in value or name == "xmlns"
    assert "url(" not in text and "@import" not in text
    return parsed, xml.etree.ElementTree.fromstring(text)


def screenshot(page_path, *options):
    """What Chromium makes of a page: (width, height, the first pixel), after a look at its log."""
    image = page_path.with_suffix(".png")
    image.unlink(missing_ok=True)
    result = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         f"--user-data-dir={page_path.parent}/profile", "--enable-logging=stderr", "--v=0",
         "--window-size=1000,1400", f"--screenshot={image}", *options, page_path.as_uri()],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        timeout=PATIENCE_S, check=True)
    assert b"CONSOLE" not in result.stderr, result.stderr
    data = image.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    parts, at = b"", 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        parts += data[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    pixels = zlib.decompress(parts)
    # The filter of the first row changes nothing of its first pixel.
    return width, height, tuple(pixels[1:4]), len(set(pixels))
