"""Movement of all provinces since the snapshot before (biến động của các tỉnh, thành phố)."""

from __future__ import annotations

from ..statistics.nationwide import TOTAL
from ..vocabulary.places import names_of
from .figures import Figure, Key, Phrase
from .score_movement import Moved


class CountryMoved(Moved):
    """What moved of each province; a unit here is a province's id."""

    def key(self, shown: str, group: str = TOTAL, unit: str | None = None) -> Key | None:
        """The key of one number of a province's movement; None where the snapshots do not compare."""
        own = super().key(shown, group)
        return None if own is None else own | {"unit": unit}

    def movers(self, count: int, falling: bool = False) -> list[Phrase]:
        """The provinces whose total rose most, or fell most: "Khánh Hòa (tăng 5,10 điểm, tăng 6 bậc)"."""
        rows = self.rows[self.rows["group"] == TOTAL].dropna(subset="change")
        rows = rows[rows["change"] < 0] if falling else rows[rows["change"] > 0]
        chosen = rows.sort_values(["change", "unit"], ascending=[falling, True], kind="stable").head(count)
        return [self._told(str(unit)) for unit in chosen["unit"]]

    def climbers(self, count: int, falling: bool = False) -> list[Phrase]:
        """The provinces that gained most places, or lost most: "Khánh Hòa (từ thứ 30 lên thứ 24)"."""
        rows = self.rows[self.rows["group"] == TOTAL].dropna(subset="rank_change")
        rows = rows[rows["rank_change"] < 0] if falling else rows[rows["rank_change"] > 0]
        chosen = rows.sort_values(["rank_change", "unit"], ascending=[falling, True], kind="stable")
        return [self._placed(str(unit), "xuống" if falling else "lên") for unit in chosen["unit"].head(count)]

    def _told(self, unit: str) -> Phrase:
        name = names_of(unit)[-1].name
        return Phrase((f"{name} (", *self.points(TOTAL, unit), ", ", *self.places(TOTAL, unit), ")"))

    def _placed(self, unit: str, way: str) -> Phrase:
        before, after = (self.figure(f"rank_{side}", TOTAL, unit) for side in ("before", "after"))
        return Phrase((f"{names_of(unit)[-1].name} (từ thứ ", before, f" {way} thứ ", after, ")"))

    def change(self, shown: str, unit: str) -> Figure | None:
        """A province's change of points or places; None where the snapshots do not compare."""
        return None if self.reason is not None else self.figure(shown, TOTAL, unit)
