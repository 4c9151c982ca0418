"""Takes the district out of a unit's cell: "UBND xã A, huyện B" is "UBND xã A" under "huyện B" (cấp trên)."""

import re

import polars as pl

_COMMITTEE = r"(?:UBND|(?:Ủy|Uỷ) ban nhân dân)\s+"
_COMMUNE = rf"(?:{_COMMITTEE})?(?:xã|phường|thị trấn)\s[^,(]+?"
_DISTRICT = r"(?:huyện|quận|thị xã|thành phố|TP\.?|TX\.?)\s+[^,()–]+?"
_BOTH = re.compile(
    rf"^(?P<unit>{_COMMUNE})\s*(?:,|\s[-–]|\()\s*(?P<parent>(?:{_COMMITTEE})?{_DISTRICT})\)?"
    r"(?:\s*(?:,|\s[-–])\s*tỉnh\s.+)?$",
    re.IGNORECASE,
)


def split_units(names: pl.Series, parents: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Unit names without the district in the same cell, and the parents: the file's own column first."""
    distinct = names.drop_nulls().unique().to_list()
    found = {name: match for name in distinct if (match := _BOTH.match(name))}
    if not found:
        return names, parents
    units = names.replace({name: match["unit"] for name, match in found.items()})
    beside = {name: match["parent"] for name, match in found.items()}
    inside = names.replace_strict(beside, default=None, return_dtype=pl.String)
    return units, pl.select(pl.coalesce(parents, inside)).to_series()
