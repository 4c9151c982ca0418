"""hoso: a reporting workbook for Vietnamese administrative procedures (thủ tục hành chính)."""

from typing import Any

__version__ = "0.1.0"


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext hoso` in a notebook: adds the `%%narrative` cell."""
    from hoso.presentation.magic import register

    register(shell)
