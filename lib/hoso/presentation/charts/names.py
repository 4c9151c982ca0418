"""Names of units in the room a chart has (tên rút gọn): shortened by words they share, never two alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from ...vocabulary.places import COMMUNE_KINDS, DISTRICT_KINDS
from .canvas import width

_KINDS = "|".join(dict.fromkeys((*DISTRICT_KINDS, *COMMUNE_KINDS, "tỉnh")))
_COMMITTEE = re.compile(rf"^(?:UBND|(?:Ủy|Uỷ) ban nhân dân) (?=(?:{_KINDS}) )", re.IGNORECASE)
_PROVINCE = re.compile(r"^(?:UBND|(?:Ủy|Uỷ) ban nhân dân) (?:tỉnh|thành phố) ", re.IGNORECASE)
_MORE = "…"


def plain_province(name: str) -> str:
    """A province's own name: "UBND Thành phố Hồ Chí Minh" → "Hồ Chí Minh"."""
    return _PROVINCE.sub("", name)


def shortened(names: Sequence[str], room: float, size: float) -> list[str]:
    """Each name in at most `room` points of `size`: as it is where all fit, else without what says nothing among these.

    Names that differ stay different; names that are the same get a number.
    """
    told = [" ".join(name.split()) for name in names]
    if all(width(name, size) <= room for name in told):
        return _numbered(told, room, size)
    told = _without_committee(told)
    if len(set(told)) > 1 and any(width(name, size) > room for name in told):
        told = _without_kind(told)
    return _numbered(_distinct(told, room, size), room, size)


def _without_committee(names: list[str]) -> list[str]:
    """Names without "UBND" before a kind of unit; what they are is said by the kind."""
    bare = [_COMMITTEE.sub("", name) for name in names]
    return [name[:1].upper() + name[1:] for name in bare] if len(set(bare)) == len(set(names)) else names


def _without_kind(names: list[str]) -> list[str]:
    """Names without a kind that all of them share ("Xã Lũng Cú" → "Lũng Cú")."""
    kind = re.match(rf"(?:{_KINDS}) ", names[0], re.IGNORECASE)
    if kind is None or not all(name.startswith(kind[0]) for name in names):
        return names
    bare = [name[kind.end() :] for name in names]
    return bare if all(bare) and len(set(bare)) == len(set(names)) else names


def _distinct(names: list[str], room: float, size: float) -> list[str]:
    """Names cut where they are too long: their beginning, else beginning and end, else the end that sets them apart."""
    chosen = [_fitting(name, room, size, _head) for name in names]
    for cut in (_ends, _tail):
        taken = _ambiguous(chosen, names)
        chosen = [
            _fitting(name, room, size, cut) if short in taken and short != name else short
            for short, name in zip(chosen, names, strict=True)
        ]
    return chosen


def _ambiguous(chosen: Sequence[str], names: Sequence[str]) -> set[str]:
    """What stands for more than one name."""
    meant: dict[str, set[str]] = {}
    for short, name in zip(chosen, names, strict=True):
        meant.setdefault(short, set()).add(name)
    return {short for short, several in meant.items() if len(several) > 1}


def _fitting(name: str, room: float, size: float, cut: Callable[[str], Iterator[str]]) -> str:
    """The name, or the longest of its cuts that fits."""
    if width(name, size) <= room:
        return name
    return next((short for short in cut(name) if width(short, size) <= room), _MORE)


def _head(name: str) -> Iterator[str]:
    """Beginnings, longest first; at a word's end where that costs little."""
    for end in range(len(name) - 1, 0, -1):
        kept = name[:end].rstrip(" ,-–")
        space = kept.rfind(" ")
        at_word = end < len(name) and name[end] == " "
        yield (kept if at_word or space < end - 4 or space <= 0 else kept[:space].rstrip(" ,-–")) + _MORE


def _ends(name: str) -> Iterator[str]:
    """A beginning and an end of whole words, the more of them the earlier; of the beginning two words where that goes."""
    words = name.split(" ")
    for few in (False, True):
        for kept in range(len(words) - 1, 1, -1):
            for last in range(1, kept):
                first = kept - last
                if (first == 1) is few and (last > 1 or kept <= 3 or words[-1].isdigit()):
                    yield f"{' '.join(words[:first])} {_MORE} {' '.join(words[-last:])}"


def _tail(name: str) -> Iterator[str]:
    """Ends, longest first."""
    for start in range(1, len(name)):
        yield _MORE + name[start:].lstrip()


def _numbered(names: list[str], room: float, size: float) -> list[str]:
    """The same name twice gets a number, so that no two bars read alike."""
    count, seen, told = Counter(names), Counter[str](), []
    for name in names:
        seen[name] += 1
        mark = f" ({seen[name]})"
        told.append(
            name if count[name] == 1 else _fitting(name, room - width(mark, size), size, _head) + mark
        )
    return told
