"""The engine (bộ máy chạy): papermill's `engine_name="hoso"`, each notebook in a fork of a warm parent of kernels.

`Kernels` is that parent, `Limits` what one notebook may use; `TimedOut` and `Killed` are how one ends early. Loaded when
asked for: the parent needs neither papermill nor nbclient, and to find a report unchanged takes none of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from .limits import Limits

if TYPE_CHECKING:
    from .errors import Killed, TimedOut
    from .kernels import Kernels, kernels_at
    from .papermill import HosoEngine
    from .saving import save

__all__ = ["HosoEngine", "Kernels", "Killed", "Limits", "TimedOut", "kernels_at", "save"]
_HOMES: Final = {
    "HosoEngine": "papermill", "Kernels": "kernels", "kernels_at": "kernels", "Killed": "errors", "TimedOut": "errors",
    "save": "saving",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
