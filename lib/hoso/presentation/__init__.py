"""What notebooks use: the report, its tables and charts. Loaded when asked for: exporters need none of the three."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .report import Report, open_report

__all__ = ["Report", "open_report"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from . import report

        return getattr(report, name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
