"""Warming up: afterwards a notebook's cells load nothing, and the process may be forked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WARMED = """
import os, sys
from pathlib import Path
from hoso.presentation import warm
warm.up(Path(sys.argv[1]))
from hoso.presentation import narrative
from hoso.records import delta
from hoso.vocabulary import calendar
import matplotlib
# what the allocator and polars keep for themselves as soon as they are imported
theirs = ("jemalloc_bg_thd", "polars-ooc-clea")
names = [Path(f"/proc/self/task/{t}/comm").read_text().strip() for t in os.listdir("/proc/self/task")]
assert len([name for name in names if name not in theirs]) == 1, names
assert not delta._kept
assert narrative._template.cache_info().currsize > 30, narrative._template.cache_info()
assert calendar._vietnam.cache_info().currsize > 10
assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
assert matplotlib.rcParams == matplotlib.rcParamsDefault or dict(matplotlib.rcParams) == dict(matplotlib.rcParamsOrig)
assert "hoso.presentation.explore" not in sys.modules
assert not {"typst", "ipywidgets", "anywidget"} & set(sys.modules), sorted(sys.modules)
for name in ("unit", "charts", "tables", "plan", "progress", "country", "disclosure", "scores"):
    assert f"hoso.presentation.{name}" in sys.modules
before = narrative._template.cache_info().misses
for source in warm._narratives(Path(sys.argv[1]) / "notebooks"):
    narrative._template(narrative._ended(source))
    narrative._template(narrative._ended(source + "\\n"))
assert narrative._template.cache_info().misses == before
warm.up(Path(sys.argv[2]))  # the report that lacks something tells it
print("warm")
"""


def test_a_warm_process_is_fit_to_be_forked(tmp_path: Path) -> None:
    """No thread, no opened table, no figure, no setting changed, nothing loaded that a kernel need not have; the notebooks'
    templates are those the magic asks for, with the line end IPython gives them or without; a folder without a workbook is
    no fault."""
    single = dict(os.environ) | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", WARMED, str(ROOT), str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=single)
    assert (run.stdout, run.returncode) == ("warm\n", 0), run.stderr
