"""Names of reports (tên báo cáo): what a folder's name means to a reader, and the command that makes it again."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from importlib import resources
from typing import Final

from ...vocabulary import numbers
from ...vocabulary.text import slug

KINDS: Final = {
    "review": "Báo cáo sơ kết",
    "reminder": "Công văn đôn đốc",
    "progress": "Báo cáo tiến độ",
    "scorecard": "Báo cáo Bộ chỉ số",
    "action_plan": "Kế hoạch hành động",
    "disclosure": "Công khai kết quả",
    "unit": "Phiếu đơn vị",
    "national": "Báo cáo cả nước",
}
_OTHER: Final = re.compile(r"(?P<indicator>.*?)-?(?P<deadline>[0-9]{4}-[0-9]{2}-[0-9]{2})?")


def kind(name: str, otherwise: str = "") -> str:
    """ "Công văn đôn đốc"; one that is about another indicator or deadline than usual says which.

    `otherwise`: what a report is called that is none of KINDS, by default as its folder is.
    """
    base, other = _parted(name)
    if not base:
        return otherwise or name
    told = _told(other)
    return f"{KINDS[base]} ({told})" if told else KINDS[base]


def command(name: str, province: str, period: str, more: str = "") -> str:
    """What makes a report from the shell; every word of it is a name of a folder or of an indicator."""
    base, other = _parted(name)
    indicator, deadline = _options(other)
    options = f" --indicator {_indicators()[indicator][0]}" if indicator in _indicators() else ""
    options += f" --deadline {deadline}" if deadline else ""
    return f"hoso report {base or name} --province {province} --period {period}{options}{more}"


def _parted(name: str) -> tuple[str, str]:
    """The notebook and what its name says beyond: ("reminder", "sync-rate")."""
    base = next((known for known in KINDS if name == known or name.startswith(f"{known}-")), "")
    return base, name.removeprefix(base).strip("-")


def _options(other: str) -> tuple[str, str]:
    found = _OTHER.fullmatch(other)
    return (found["indicator"], found["deadline"] or "") if found else (other, "")


def _told(other: str) -> str:
    """ "tỷ lệ hồ sơ đồng bộ kết quả, hạn ngày 25/12/2024"; as it is where it is no indicator."""
    indicator, deadline = _options(other)
    known = _indicators().get(indicator, ("", indicator))[1] if indicator else ""
    return ", ".join(part for part in (known, _day(deadline)) if part)


def _day(deadline: str) -> str:
    try:
        return f"hạn ngày {numbers.date(date.fromisoformat(deadline))}" if deadline else ""
    except ValueError:
        return deadline


@cache
def _indicators() -> dict[str, tuple[str, str]]:
    """Id and title by the name a folder has of it, of the first variant each.

    Read from the definitions' file: their module counts dossiers, and would load all of pandas for a few words.
    """
    written = resources.files("hoso.statistics").joinpath("indicators.toml").read_text("utf-8")
    titles: dict[str, tuple[str, str]] = {}
    for entry in tomllib.loads(written)["indicator"]:
        words = entry["title"]
        titles.setdefault(slug(entry["id"]), (entry["id"], words[:1].lower() + words[1:]))
    return titles
