"""The chain that comes without any program of ours: papermill, then nbconvert to HTML, then nbconvert to PDF by a browser.

Three commands a report, as an office would put them into a script; `xargs -P` runs several such scripts at a time.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

BIN: Final = Path(sys.executable).parent
CHROMIUM: Final = os.environ.get("HOSO_CHROMIUM", "/usr/bin/chromium")
# $1 is the name of the results, the rest are papermill's parameters.
SCRIPT: Final = """#!/bin/sh
set -e
name=$1; shift
set -- $(for word in "$@"; do printf -- '-p %s %s ' "${word%%=*}" "${word#*=}"; done)
"$BIN/papermill" --no-progress-bar "$NOTEBOOK" "$name.ipynb" "$@"
"$BIN/jupyter" nbconvert --log-level ERROR --to html --no-input "$name.ipynb"
"$BIN/jupyter" nbconvert --log-level ERROR --to webpdf --no-input --disable-chromium-sandbox "$name.ipynb"
"""
_WANTED: Final = re.compile(r"/\S+/chrome-headless-shell\b(?!-)|(?<=exist at )\S+")

Report = Mapping[str, str]  # parameters of the notebook


class Naive:
    """The chain for one notebook, in a folder of its own. `environment` is what its processes see."""

    def __init__(self, notebook: Path, folder: Path, environment: Mapping[str, str]) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.script = folder / "report.sh"
        self.script.write_text(SCRIPT, "utf-8")
        self.script.chmod(0o755)
        self.environment = {
            **environment,
            "BIN": str(BIN),
            "NOTEBOOK": str(notebook),
            "PLAYWRIGHT_BROWSERS_PATH": str(_browsers(folder / "browsers")),
        }

    def one_by_one(self, reports: Sequence[Report], prefix: str) -> None:
        """All reports, one after the other. RuntimeError with the chain's own words when one is not made."""
        for words in self._lines(reports, prefix):
            self._run([str(self.script), *words])
        self._check(reports, prefix)

    def side_by_side(self, reports: Sequence[Report], prefix: str, jobs: int) -> None:
        """The same by xargs, so many at a time."""
        lines = "\n".join(" ".join(words) for words in self._lines(reports, prefix))
        self._run(["xargs", "-P", str(jobs), "-L", "1", str(self.script)], lines)
        self._check(reports, prefix)

    def _lines(self, reports: Sequence[Report], prefix: str) -> list[list[str]]:
        words = [[f"{name}={value}" for name, value in report.items()] for report in reports]
        return [[f"{prefix}-{number}", *given] for number, given in enumerate(words)]

    def _run(self, command: list[str], given: str = "") -> None:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"the naive chain failed: {done.stderr[-2000:]}")

    def _check(self, reports: Sequence[Report], prefix: str) -> None:
        made = [self.folder / f"{prefix}-{i}.{kind}" for i in range(len(reports)) for kind in ("html", "pdf")]
        missing = [file.name for file in made if not file.is_file() or file.stat().st_size < 10_000]
        if missing:
            raise RuntimeError(f"the naive chain did not make {', '.join(missing)}")


def _browsers(folder: Path) -> Path:
    """A folder in which playwright finds Debian's chromium where it would look for the one it downloads.

    nbconvert has no option for another browser. Playwright says where it looks in the error of a launch without any.
    """
    if not Path(CHROMIUM).exists():
        raise SystemExit(f"the naive chain needs a browser; there is none at {CHROMIUM} (HOSO_CHROMIUM)")
    launch = "from playwright.sync_api import sync_playwright as p\nwith p() as d: d.chromium.launch()"
    environment = {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(folder)}
    told = subprocess.run(
        [sys.executable, "-c", launch], env=environment, capture_output=True, text=True, check=False
    )
    found = _WANTED.search(told.stderr)
    if not found:
        raise SystemExit(f"playwright does not say where it looks for its browser:\n{told.stderr[-1000:]}")
    wanted = Path(found[0])
    wanted.parent.mkdir(parents=True)
    wanted.symlink_to(CHROMIUM)
    return folder
