"""A recount (đếm lại) as those see it who read single kinds of figures again for `hoso verify`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from .counting import Grouping
from .data import Data
from .targets import Target

Key = dict[str, Any]
T = TypeVar("T")


class Recounted(Protocol):
    """What the readers of single kinds need of a recount."""

    data: Data
    reference: Path
    memo: dict[Any, Any]

    @property
    def targets(self) -> Sequence[Target]:
        """The targets of targets.csv."""

    def table(self, period: str, by: Grouping) -> Mapping[tuple[Any, ...], Mapping[Hashable, Any]]:
        """The recounted cells of a period and grouping."""

    def result(self, key: Key) -> float | None:
        """A recounted number of the results table."""


def once(recount: Recounted, name: Hashable, read: Callable[[], T]) -> T:
    """What `read` gives, read once a recount."""
    if name not in recount.memo:
        recount.memo[name] = read()
    found: T = recount.memo[name]
    return found
