#!/usr/bin/env python3
"""The public tuning spaces: the counts that their files state."""
import json
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).parent / "spaces"
failed = 0
files = sorted(here.glob("*.json"))
for path in files:
    wanted = str(json.loads(path.read_text())["General"]["ValidConfigurations"])
    run = subprocess.run([os.environ["CONSTRINT"], "count", str(path)], capture_output=True, text=True)
    if run.returncode or run.stdout.strip() != wanted:
        failed += 1
        print(f"FAILED: {path.name}: {run.stdout.strip()} {run.stderr.strip()}, not {wanted}", file=sys.stderr)
print(f"{len(files) - failed} passed, {failed} failed")
sys.exit(failed != 0 or not files)
