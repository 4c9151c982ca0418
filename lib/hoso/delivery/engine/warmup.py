"""What the parent of kernels has done before the first notebook: imports, a chart drawn and thrown away, nothing that stays.

Never here: a thread, a DuckDB connection, a polars query, Typst, a pyplot figure. After a fork they hang or break.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Final

REPORTS: Final = "hoso.presentation.warm"
PRELOAD: Final = (
    "numpy",
    "pandas",
    "pandas.core.methods.to_dict",
    "pandas.core.reshape.reshape",
    "pandas.io.formats.html",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_svg",
    "matplotlib_inline.backend_inline",
    "duckdb",
    "narwhals._duckdb.namespace",
    "narwhals._polars.namespace",
    "narwhals.group_by",
    "IPython.core.magics.extension",
    "IPython.core.logger",
    # what the first error of a kernel would import
    "stack_data",
    "pygments.lexers.python",
    "pygments.formatters.terminal256",
    "pygments.formatters.html",
    REPORTS,
)

# Cells of the kinds reports have, and one that fails: what Python and IPython learn from running them serves every fork.
CELLS: Final = (
    "import os\nparameter = 'a'  # a comment",
    "from hoso.presentation import open_report\nparameter",
    "print(parameter)",
    "from hoso.presentation.display import Display\nDisplay([]).when(True)",
    "import pandas as pd\npd.DataFrame({'a': [1.5]})",
    "raise ValueError(parameter)",
) * 3


def load(modules: Sequence[str]) -> None:
    """Imports them; a module that is not installed is left to the notebook that wants it."""
    for name in modules:
        try:
            import_module(name)
        except ImportError:
            continue


def rehearse() -> None:
    """Does once what every report does, so that caches, fonts and lazily imported parts are there in each fork."""
    from ...presentation import warm

    warm.up()
    _frame()
    _chart()


def _frame() -> None:
    import pandas as pd

    frame = pd.DataFrame(
        {"a": [1.5, None], "b": ["x", "y"], "c": pd.to_datetime(["2024-09-01", "2024-09-02"])}
    )
    repr(frame)
    frame.to_html()
    frame.groupby("b").sum(numeric_only=True).sort_index()


def _chart() -> None:
    """In the house style; its settings hold inside `sheet` alone and no figure stays."""
    from ...presentation.charts import canvas

    with canvas.sheet(60) as drawn:
        axes = drawn.plot(40, 5, 5, 15)
        axes.plot([1, 2, 3], [1, 3, 2], label="Đúng hạn")
        axes.barh(["Ậ"], [1])
        axes.legend()
        drawn.text(0, 5, "Tỷ lệ", 9)
        drawn.text(0, 15, "Tỷ lệ", 9, weight="bold")
        drawn.box(0, 0, 5, 5, canvas.BLUE)
        drawn.line([0, 5], [0, 5], canvas.GREY)
        canvas.svg(drawn)
