#!/usr/bin/env python3
"""Checks a report: check_report.py FILE KIND (of make_report_db).

Well-formed, self-contained, no element that could run or load anything, every
element's class styled, all drawings inside their frames, the expected numbers."""
import html.parser
import re
import sys
import xml.etree.ElementTree as tree

X = "{http://www.w3.org/1999/xhtml}"
ALLOWED = set("html head meta title style body main h1 h2 h3 h4 p b i span div section table thead tbody tr th td a code footer "
              "svg rect line circle text path".split())


class Tags(html.parser.HTMLParser):
    """The HTML view of the file: what a browser would see."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    handle_startendtag = handle_starttag


def check_harmless(text):
    view = Tags()
    view.feed(text)
    for tag, attributes in view.found:
        assert tag in ALLOWED, tag
        for name, value in attributes.items():
            assert not name.startswith("on") and name not in ("src", "style"), (tag, name)
            assert name != "href" or re.fullmatch(r"#p\d+", value), value
    assert "url(" not in text and "@import" not in text and "http-equiv" not in text
    assert not re.search(r"https?://(?!www\.w3\.org/1999/xhtml\")", text)


def check_styled(root, text):
    style = root.find(f".//{X}style").text
    for element in root.iter():
        for name in element.get("class", "").split():
            assert name in ("n", "search") or f".{name}" in style, name


def check_frames(root):
    for svg in root.iter(f"{X}svg"):
        _, _, width, height = map(float, svg.get("viewBox").split())
        assert svg.find(f"{X}title").text
        for e in svg.iter():
            x, y = (float(e.get(k) or e.get(c) or 0) for k, c in (("x", "cx"), ("y", "cy")))
            assert 0 <= x <= width and 0 <= y <= height, tree.tostring(e)
            assert x + float(e.get("width") or 0) <= width + 0.1, tree.tostring(e)
            assert y + float(e.get("height") or 0) <= height + 0.1, tree.tostring(e)
            for number in re.findall(r"-?\d+\.?\d*", e.get("d") or ""):
                assert 0 <= float(number) <= max(width, height)


def words(root):
    return re.sub(r"\s+", " ", " ".join(t for e in root.iter() if e.tag != f"{X}style" for t in (e.text or "", e.tail or "")))


def typical(root, text):
    for part in ("Made-up CPU", "x86-64-avx2", "4 units", "gcc 12.2", "12.00 ms", "1.500 ms", "750.0 µs", "16.0×", "2.00×",
                 "naive loops", "wrong result", "timeout", "signal 11 (Segmentation fault)", "confirmed", "flashrnn"):
        assert part in text, part
    assert len(root.findall(f".//{X}section")) == 4 and len(root.findall(f".//{X}svg")) == 12
    bars = [float(e.get("width")) for e in root.iter(f"{X}rect") if e.get("class", "").startswith("bar ")][:3]
    assert abs(bars[0] / bars[2] - 16) < 0.1 and abs(bars[1] / bars[2] - 2) < 0.02, bars
    changed = root.findall(f".//{X}span[@class='kv changed']")
    assert changed and "unit_tile 32" in text


def hostile(root, text):
    assert "<script>alert(1)</script> & \"quotes\" 'single'" in text
    assert "</td></tr></table><script>alert(2)</script>" in text and "\x1b" not in text
    assert "]]> <!-- --> &amp;" in text


def failures(root, text):
    for kind, count in (("compile error", 2), ("launch error", 3), ("wrong result", 4), ("timeout", 5), ("crashed", 6), ("implausible", 7)):
        row = next(r for r in root.iter(f"{X}tr") if r.find(f"{X}td") is not None and r.find(f"{X}td").text == kind)
        assert row.findall(f"{X}td")[1].text == str(count), kind
    assert "27 of 27 trials" in text and text.count("no trial was timed") == 2


def empty(root, text):
    assert "has no trials yet" in text and "constrint tune" in text and root.find(f".//{X}svg") is None


def large(root, text):
    assert len(root.findall(f".//{X}section")) == 200 and "The first 200 of 251 problems are drawn" in text
    rows = root.find(f".//{X}tbody").findall(f"{X}tr")
    assert len(rows) == 251


def main():
    path, kind = sys.argv[1:]
    raw = open(path, encoding="utf-8").read()
    root = tree.parse(path).getroot()
    check_harmless(raw)
    check_styled(root, raw)
    check_frames(root)
    {"typical": typical, "hostile": hostile, "failures": failures, "empty": empty, "large": large}[kind](root, words(root))


main()
