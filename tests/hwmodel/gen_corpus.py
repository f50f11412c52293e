#!/usr/bin/env python3
"""Writes tests/hwmodel/corpus: hardware models that must each be refused.

usage: gen_corpus.py DIRECTORY    (the committed corpus is its output)
"""
import pathlib
import sys

GPU = """schema: 1
name: Test GPU
vendor: Nobody
kind: gpu
architecture: sm_00
figures:
  sm_count: {value: 4, source: "datasheet: none"}
  smem_per_block: {value: 48 KiB, source: "datasheet: none"}
  memory_bandwidth: {value: 3.35 TB/s, source: "datasheet: none"}
"""
files = {}


def add(name, content):
    assert name not in files, name
    files[name] = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content


def replaced(name, old, new):
    assert old in GPU, old
    add(name, GPU.replace(old, new, 1))


def figure(name, line):
    add(name, GPU + "  " + line + "\n")


def heads():
    for key in ("schema", "name", "vendor", "kind", "architecture", "figures"):
        lines = GPU.splitlines(True)
        add(f"missing-{key}", "".join(l for l in lines if not l.startswith(key + ":")))
        add(f"null-{key}", "".join(f"{key}:\n" if l.startswith(key + ":") else l for l in lines if not l.startswith(" ")))
        add(f"list-{key}", "".join(f"{key}: [1]\n" if l.startswith(key + ":") else l for l in lines if not l.startswith(" ")))
        add(f"twice-{key}", GPU + f"{key}: 1\n")
        add(f"misspelt-{key}", GPU.replace(key + ":", key[:-1] + "x:", 1))
        add(f"upper-{key}", GPU.replace(key + ":", key.upper() + ":", 1))
    for v in ("0", "2", "-1", "1.0", '"1"', "one", "99999999999999999999", "0x1", "01"):
        replaced(f"schema-{v.strip(chr(34))}" + ("-quoted" if '"' in v else ""), "schema: 1", f"schema: {v}")
    for v in ("tpu", "GPU", "cpu", "gpu cpu", "both", "gpu,"):
        replaced(f"kind-{v.replace(' ', '-').replace(',', '-comma')}", "kind: gpu", f"kind: {v}")
    replaced("name-too-long", "Test GPU", "x" * 600)


def figures():
    values = {
        "bytes-no-unit": "48", "bytes-KB": "48 KB", "bytes-K": "48 K", "bytes-lower": "48 kib", "bytes-rate": "48 GB/s",
        "bytes-negative": "-48 KiB", "bytes-zero": "0 KiB", "bytes-fraction": "0.3 B", "bytes-third": "1.0001 KiB",
        "bytes-huge": "99999999999 TiB", "bytes-many-digits": "123456789012345678901234567890 B",
        "bytes-leading-zero": "048 KiB", "bytes-plus": "+48 KiB", "bytes-exponent": "4e3 B", "bytes-hex": "0x30 KiB",
        "bytes-two-spaces": "48  KiB", "bytes-tab": '"48\\tKiB"', "bytes-trailing": "48 KiB x", "bytes-point": "48. KiB",
        "bytes-leading-point": ".5 KiB", "bytes-two-points": "4.8.0 KiB", "bytes-comma": "4,8 KiB", "bytes-underscore": "4_8 KiB",
        "bytes-nan": ".nan", "bytes-inf": ".inf", "bytes-null": "~", "bytes-empty": '""', "bytes-true": "true",
        "bytes-list": "[48, KiB]", "bytes-map": "{n: 48}", "bytes-unit-first": "KiB 48", "bytes-only-unit": "KiB",
        "bytes-newline": '"48\\nKiB"', "bytes-nul": '"48 KiB\\0"', "bytes-micro": "48 µB", "bytes-hertz": "48 MHz",
    }
    for name, value in values.items():
        figure(f"value-{name}", f'l2_bytes: {{value: {value}, source: "datasheet: none"}}')
    for name, key, value in (
            ("count-unit", "warp_size", "32 B"), ("count-fraction", "warp_size", "32.5"), ("count-zero", "warp_size", "0"),
            ("count-negative", "warp_size", "-32"), ("count-huge", "warp_size", "9223372036854775808"),
            ("count-word", "warp_size", "many"), ("count-percent", "warp_size", "32%"), ("count-space", "warp_size", '"32 "'),
            ("hz-no-unit", "clock_hz", "1980"), ("hz-mhz", "clock_hz", "1980 mhz"), ("hz-bytes", "clock_hz", "1980 MB"),
            ("hz-fraction", "clock_hz", "0.5 Hz"), ("hz-thz", "clock_hz", "1 THz"), ("hz-too-fine", "clock_hz", "1.0000000001 GHz"),
            ("bw-no-unit", "l2_bandwidth", "5"), ("bw-bits", "l2_bandwidth", "5 Gb/s"), ("bw-bytes", "l2_bandwidth", "5 GB"),
            ("bw-ps", "l2_bandwidth", "5 GBps"), ("bw-huge", "l2_bandwidth", "99999999999 TB/s"),
            ("ops-no-unit", "fp32_flops", "67"), ("ops-tflops", "fp32_flops", "67 TFLOPS"), ("ops-bytes", "fp32_flops", "67 TB/s"),
            ("ops-eflop", "fp32_flops", "1 EFLOP/s"), ("ops-huge", "fp32_flops", "99999999 PFLOP/s"),
            ("time-no-unit", "barrier_ps", "1"), ("time-min", "barrier_ps", "1 min"), ("time-micro", "barrier_ps", "1 µs"),
            ("time-fs", "barrier_ps", "1 fs"), ("time-fine", "barrier_ps", "1.0001 ns"), ("time-hz", "barrier_ps", "1 MHz")):
        figure(f"value-{name}", f'{key}: {{value: {value}, source: "datasheet: none"}}')
    for name, source in {
            "empty": '""', "null": "", "no-kind": '"a page"', "unknown-kind": '"rumour: a page"', "no-text": '"datasheet: "',
            "no-space": '"datasheet:x"', "space": '"datasheet:  x"', "upper": '"Datasheet: x"', "kind-only": "datasheet",
            "list": "[a]", "map": "{a: b}", "newline": '"datasheet: a\\nb"', "control": '"datasheet: a\\x01"',
            "long": '"datasheet: ' + "x" * 600 + '"', "comma": '", : x"', "part": '"data: x"', "nul": '"datasheet: x\\0"'}.items():
        figure(f"source-{name}", f"warp_size: {{value: 32, source: {source}}}")
    for name, line in {
            "scalar": "warp_size: 32", "list": "warp_size: [32]", "null": "warp_size:", "empty-map": "warp_size: {}",
            "no-source": "warp_size: {value: 32}", "no-value": 'warp_size: {source: "datasheet: none"}',
            "extra": 'warp_size: {value: 32, source: "datasheet: none", note: x}',
            "misspelt-value": 'warp_size: {valeu: 32, source: "datasheet: none"}',
            "value-twice": 'warp_size: {value: 32, value: 32, source: "datasheet: none"}',
            "source-twice": 'warp_size: {value: 32, source: "datasheet: none", source: "datasheet: none"}',
            "unknown": 'warp_sizes_of_all: {value: 32, source: "datasheet: none"}',
            "misspelt": 'wrap_size: {value: 32, source: "datasheet: none"}',
            "of-cpu": 'cores: {value: 2, source: "datasheet: none"}', "of-cpu-2": 'l1d_bytes: {value: 32 KiB, source: "datasheet: none"}',
            "derived": 'units: {value: 4, source: "datasheet: none"}', "empty-key": '"": {value: 4, source: "datasheet: none"}',
            "twice": 'sm_count: {value: 4, source: "datasheet: none"}', "list-key": '[a]: {value: 4, source: "datasheet: none"}',
            "map-key": '{a: b}: {value: 4, source: "datasheet: none"}', "number-key": '7: {value: 4, source: "datasheet: none"}',
            "hw-key": 'hw.warp_size: {value: 4, source: "datasheet: none"}', "dash-key": 'warp-size: {value: 4, source: "datasheet: none"}',
            "merge": '<<: {value: 4, source: "datasheet: none"}', "control-key": '"a\\x1bb": {value: 4, source: "datasheet: none"}',
            "long-key": "k" * 900 + ': {value: 4, source: "datasheet: none"}'}.items():
        figure(f"figure-{name}", line)
    add("figures-empty", GPU.split("figures:")[0] + "figures: {}\n")
    add("figures-sequence", GPU.split("figures:")[0] + 'figures:\n  - {sm_count: 4}\n')
    add("needed-missing", GPU.replace('  sm_count: {value: 4, source: "datasheet: none"}\n', ""))


def yaml_level():
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefghij", "bcdefghijk"))
    add("alias-bomb", bomb)
    add("alias-of-figure", GPU + '  warp_size: *w\n')
    add("anchor", GPU.replace("figures:", "figures: &f"))
    add("anchor-and-merge", GPU + "extra:\n  <<: *figures\n")
    add("self-alias", "a: &a [*a]\n")
    add("anchor-on-key", GPU.replace("name:", "&n name:"))
    for tag in ("!!str", "!x", "!<tag:x>", "!!python/object:os.system", "!!binary"):
        add("tag-" + "".join(c for c in tag if c.isalnum()), GPU.replace("name: Test", f"name: {tag} Test"))
    add("tag-on-map", GPU.replace("figures:", "figures: !!map"))
    add("two-documents", GPU + "---\n" + GPU)
    add("directive-yaml", "%YAML 1.2\n---\n" + GPU)
    add("directive-tag", "%TAG ! tag:x,2000:\n---\n" + GPU)
    add("directive-unknown", "%FOO bar\n---\n" + GPU + "...\n---\n")
    add("empty", "")
    add("only-comment", "# nothing\n")
    add("only-spaces", "   \n\n   \n")
    add("only-dashes", "---\n")
    add("scalar-root", "schema\n")
    add("sequence-root", "- schema: 1\n")
    add("deep-flow", "a: " + "[" * 64 + "]" * 64 + "\n")
    add("deep-flow-open", "[" * 5000)
    add("deep-maps", "".join("  " * i + "a:\n" for i in range(60)))
    add("deep-braces", "{a: " * 400)
    add("many-keys", "".join(f"k{i}: 1\n" for i in range(5000)))
    add("tab-indent", GPU.replace("  sm_count", "\tsm_count"))
    add("bad-indent", GPU.replace("  smem_per_block", "    smem_per_block"))
    add("dedent", GPU.replace("  smem_per_block", " smem_per_block"))
    add("open-brace", GPU.replace('none"}', 'none"', 1))
    add("open-quote", GPU.replace('none"}', "none}", 1))
    add("close-brace", GPU + "}\n")
    add("colon-missing", GPU.replace("vendor: Nobody", "vendor Nobody"))
    add("colon-twice", GPU.replace("vendor: Nobody", "vendor: No: body"))
    add("bad-escape", GPU.replace("name: Test GPU", 'name: "Test \\q GPU"'))
    add("bad-unicode-escape", GPU.replace("name: Test GPU", 'name: "Test \\uD8 GPU"'))
    add("block-scalar-bad", GPU.replace("name: Test GPU", "name: |99\n  x"))
    add("percent-start", GPU.replace("name: Test GPU", "name: %x"))
    add("at-start", GPU.replace("name: Test GPU", "name: @x"))
    add("backtick-start", GPU.replace("name: Test GPU", "name: `x`"))
    add("question-key", "? \n")
    add("dash-in-map", GPU + "- x\n")
    add("json-trailing", '{"schema": 1,, "name": "x"}')
    for n in (*range(1, 20), 22, 23, 24):  # cut short at many places, none between two figures
        add(f"cut-{n:02d}", GPU[: len(GPU) * n // 40])


def bytes_level():
    raw = GPU.encode()
    for name, bad in {"ff": b"\xff", "lone-c3": b"\xc3 ", "overlong": b"\xc0\xaf", "surrogate": b"\xed\xa0\x80",
                      "beyond": b"\xf4\x90\x80\x80", "cut-sequence": b"\xe2\x82", "latin1": b"\xe4\xf6\xfc",
                      "continuation": b"\x80", "nul": b"\0", "bell": b"\x07", "escape": b"\x1b[31m", "delete": b"\x7f",
                      "noncharacter": b"\xef\xbf\xbf"}.items():
        add(f"bytes-{name}", raw.replace(b"Test GPU", b"Test" + bad + b"GPU"))
    add("utf16-le", b"\xff\xfe" + GPU.encode("utf-16-le"))
    add("utf16-be", b"\xfe\xff" + GPU.encode("utf-16-be"))
    add("utf16-no-mark", GPU.encode("utf-16-le"))
    add("byte-order-mark", b"\xef\xbb\xbf" + raw)
    add("all-bytes", bytes(range(256)))
    add("zeros", b"\0" * 512)
    add("elf", b"\x7fELF\x02\x01\x01" + b"\0" * 60)
    add("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03")
    add("sqlite", b"SQLite format 3\0" + b"\x10\0\x01\x01")


def main():
    to = pathlib.Path(sys.argv[1])
    heads()
    figures()
    yaml_level()
    bytes_level()
    to.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (to / f"{name}.yaml").write_bytes(content)
    print(f"{len(files)} files")


main()
