"""figures.json and its schema: every kind of key described, altered files refused, newer ones not verified."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hoso.delivery import outputs
from hoso.delivery.outputs import write_json
from hoso.delivery.verification import verify_file
from hoso.presentation.figures import Figure
from hoso.statistics import verify
from hoso.statistics.public_tables import SIGN
from hoso.statistics.score_keys import ScoreKeys
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.workbook import Workbook
from tests.delivery.export.workbook_documents import (
    RESULT,
    column,
    figure_cell,
    rate,
    report,
    table,
    text_cell,
)
from tests.schema import check, faults, schema

JUDGED = {
    "indicator": "online_rate", "variant": "resolved", "province": "kon-tum", "level": "commune", "unit": "xa-gao",
    "period": "2023-10",
}  # fmt: skip
CARD = {"province": "gia-lai", "period": "2026@calendar", "unit": None, "on": "2026-10-10"}
PORTAL = {**CARD, "scope": "province"}
PART = {"part": "value"}
KEYS: list[dict[str, Any]] = [
    RESULT,
    {"kind": "published", "indicator": "tasks_reform", "province": "ha-giang", "period": "2024-9M", **PART},
    {"kind": "difference", "a": RESULT, "b": {**RESULT, "period": "2023-06"}, "scale": 100, "absolute": True},
    {"kind": "growth", "a": RESULT, "b": {**RESULT, "period": "2023-06"}},
    {"kind": "target", **JUDGED},
    {"kind": "gap", "scale": 100, "absolute": True, **JUDGED},
    {"kind": "lacking", "growing": True, **JUDGED},
    {"kind": "working_days", "deadline": "2023-12-25", **JUDGED},
    {"kind": "per_working_day", **JUDGED},
    {"kind": "tally", "verdict": "not_met", **JUDGED, "unit": None},
    {"kind": "place", **PART, **JUDGED},
    {"kind": "light", **JUDGED},
    {"kind": "plan", "province": "kon-tum", "period": "2023-10", "level": "commune", "unit": None, "verdict": "met",
     "goals": [{"indicator": "sync_rate", "variant": None}]},
    {"kind": "entered", **PART, **JUDGED, "variant": "entered"},
    {"kind": "tasks", "province": "kon-tum", "period": "2023-10", "plan": None, "statuses": ["overdue"], "due_soon": False},
    {"kind": "task", "province": "kon-tum", "period": "2023-10", "plan": "kh-1", "id": "4"},
    {"kind": "measure", "measure": "giam-le-phi"},
    {"kind": "measure_days", "measure": "giam-le-phi", "period": "2022-07", "before": "2022-01-01..2022-03-01",
     "after": "2022-03-02..2022-05-01"},
    {"kind": "score", **CARD, "of": "TOTAL", "as": "lost", **PART},
    {"kind": "reach", **CARD, "of": "ONLINE_USED", "as": "added", "wanted": 70},
    {"kind": "snapshot", **PORTAL, "group": "TOTAL", "as": "rank", **PART},
    {"kind": "middle", **PORTAL, "group": "CKMB", "level": "commune"},
    {"kind": "movement", "scope": "country", "province": "gia-lai", "period": "2026@calendar", "unit": "34-01",
     "group": "TOTAL", "before": "2026-09-17", "after": "2026-10-10", "as": "rank_change"},
    {"kind": "flags", **PORTAL, "group": "CKMB", "criterion": None, "flag": "ABOVE_MAX"},
    {"kind": "zeros", **PORTAL, "criterion": "PAYMENT_DOSSIER"},
    {"kind": "restated", **PORTAL},
    {"kind": "accounts", **CARD, "indicator": "accounts", **PART},
    {"kind": "disclosed", **CARD, "level": None, "of": "TOTAL", "as": "graded", **PART, "grade": None},
    {"kind": "country", **CARD, "group": "TOTAL", "as": "mean", **PART},
]  # fmt: skip


def whole(**more: Any) -> Any:
    """A document with a table of each kind that verify knows, and every kind of key."""
    columns = [column("STT", "center"), column("Đơn vị", "left"), column("Tỷ lệ")]
    rows = [[text_cell("1"), text_cell("xã Gào"), figure_cell("f0", 0.5)]]
    length = {"kind": "tally", **JUDGED, "unit": None, "verdict": "of"}
    checks: list[dict[str, Any]] = [
        {"kind": "keys", "columns": [None, None, RESULT], "rows": [{"unit": "xa-gao", "level": "commune"}], "length": length},
        {"kind": "cells", "rows": [[None, None, RESULT]]},
        {"kind": "imports", "columns": [None, None, "read"]},
        {"period": "2024-06", "by": "field", "columns": [None, None, ["received"]],
         "rows": [[{}, {"level": "district"}, {"field": "Đất đai", "level": "commune"}]]},
    ]  # fmt: skip
    tables = [table(columns, rows, id=f"bang-{i}", verify=check) for i, check in enumerate(checks)]
    figures = {f"f{i}": Figure(key, "Số liệu", "count", float(i)) for i, key in enumerate(KEYS, 1)}
    grade = Figure({**KEYS[18], "as": "grade"}, "Xếp loại", "grade", None, text="Khá")
    absent = Figure(RESULT, "Tỷ lệ", "rate", None)
    figures |= {
        "f0": rate(1, 2),
        "f90": grade,
        "f91": absent,
        "f92": Figure(RESULT, "Điểm", "points", -1234.5),
    }
    return report(*tables, figures=figures, **more)


@pytest.fixture(scope="module")
def file() -> dict[str, Any]:
    """The figures.json of that document."""
    made: dict[str, Any] = json.loads(json.dumps(outputs.figures(whole())))
    return made


def test_a_document_follows_the_schema() -> None:
    """Tables of every kind, keys of every kind, rates, grades, missing and negative figures."""
    check(whole())
    check(
        whole(unit="xa-gao", options={"indicator": "online_rate"}, data_version=None, provisional="Tạm thời")
    )


def test_the_schema_is_one_and_names_no_host() -> None:
    """A valid schema of 2020-12, known by its file's name alone, at the version the files are written in."""
    Draft202012Validator.check_schema(schema())
    assert schema()["$id"] == outputs.SCHEMA.name == "figures.schema.json"
    assert schema()["properties"]["schema_version"]["const"] == outputs.SCHEMA_VERSION
    assert outputs.SCHEMA.read_text("utf-8").count("://") == 1  # the name of JSON Schema itself


def test_every_kind_of_key_is_described() -> None:
    """The kinds that `hoso verify` reads, and no other; each has an example among these tests."""
    readers = ScoreKeys(*[None] * 5).readers  # type: ignore[arg-type] # names only, nothing is read
    known = {*verify._KINDS, *readers}
    assert set(schema()["$defs"]["key"]["properties"]["kind"]["enum"]) == known
    assert {key["kind"] for key in KEYS} == known


def described(part: Any, where: str = "") -> Iterator[str]:
    """The places of properties, items and definitions without words or a reference to some."""
    if isinstance(part, list):
        for i, inner in enumerate(part):
            yield from described(inner, f"{where}/{i}")
    elif isinstance(part, dict):
        conditions = ("if", "then", "else", "allOf", "oneOf")
        named = {
            **part.get("properties", {}),
            **part.get("$defs", {}),
            **({"items": part["items"]} if "items" in part else {}),
        }
        yield from (f"{where}/{n}" for n, s in named.items() if not {"description", "$ref"} & set(s))
        for name, inner in part.items():
            if name not in conditions and isinstance(inner, dict | list):
                yield from described(inner, f"{where}/{name}")


def test_every_property_is_described() -> None:
    """Who reads a file meets no name without its meaning."""
    assert list(described(schema())) == []


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key["kind"])
def test_an_altered_key_is_refused(key: dict[str, Any], file: dict[str, Any]) -> None:
    """Without any of its parts, with one more, of another kind, or with a number for a word."""
    altered = [
        *({k: v for k, v in key.items() if k != name} for name in key if name not in _OPTIONAL),
        {**key, "secret": 3},
        {**key, "kind": "guess"},
        *({**key, name: [7]} for name in key),
    ]
    at = next(i for i, figure in enumerate(file["figures"]) if figure["key"] == key)
    for one in altered:
        figures = [file["figures"][at] | {"key": one}]
        assert faults({**file, "figures": figures, "tables": []}), one


_OPTIONAL = ("absolute", "growing", "deadline", "grade", "scale")

ALTERED: list[tuple[str, Callable[[Any], Any]]] = [
    ("no version", lambda f: f.pop("schema_version")),
    ("a later version", lambda f: f.update(schema_version=2)),
    ("no schema", lambda f: f.pop("$schema")),
    ("something more", lambda f: f.update(extra=1)),
    ("no province", lambda f: f["document"].pop("province")),
    ("a day in words", lambda f: f["document"].update(data_date="14/6/2024")),
    ("an option that is no word", lambda f: f["document"].update(options={"year": 2024})),
    ("synthetic unsaid", lambda f: f["document"].update(synthetic=None)),
    ("a figure without a key", lambda f: f["figures"][0].pop("key")),
    ("a value in words", lambda f: f["figures"][0].update(value="50")),
    ("a missing value that is printed", lambda f: f["figures"][0].update(value=None)),
    ("a value that prints as missing", lambda f: f["figures"][0].update(printed="–", value=7)),
    ("English notation", lambda f: f["figures"][0].update(printed="1,234.5")),
    ("a count in percent", lambda f: f["figures"][0].update(printed="50%")),
    ("another measure", lambda f: f["figures"][0].update(measure="price")),
    ("a grade with a value", lambda f: f["figures"][0].update(measure="grade")),
    ("a table without a check", lambda f: f["tables"][0].pop("verify")),
    ("another kind of check", lambda f: f["tables"][0]["verify"].update(kind="trust")),
    ("a unit left out", lambda f: f["tables"][0]["verify"]["rows"][0].pop("unit")),
    ("a key of the length gone", lambda f: f["tables"][0]["verify"]["length"].pop("kind")),
    ("a cell's key gone wrong", lambda f: f["tables"][1]["verify"]["rows"][0][2].update(part="all")),
    ("a count nobody makes of imports", lambda f: f["tables"][2]["verify"].update(columns=["lost"])),
    ("a form by month", lambda f: f["tables"][3]["verify"].update(by="month")),
    ("a row of a list", lambda f: f["tables"][0]["rows"][0].update(values=[[1]])),
]


@pytest.mark.parametrize(("what", "alter"), ALTERED, ids=[what for what, _ in ALTERED])
def test_an_altered_file_is_refused(what: str, alter: Callable[[Any], Any], file: dict[str, Any]) -> None:
    """One thing changed at a time."""
    assert faults(file) == []
    changed = copy.deepcopy(file)
    changed["figures"] = [figure for figure in changed["figures"] if figure["id"] in ("f1", "f0")]
    alter(changed)
    assert faults(changed), what


def test_no_value_stands_behind_the_sign_of_withheld_numbers() -> None:
    """What prints as withheld has no value in the file, even if a cell carries one by mistake."""
    assert outputs.WITHHELD == SIGN
    rows = [[text_cell("Sở A"), text_cell(SIGN, value=3.25)]]
    block = table(
        [column("Đơn vị", "left"), column("Số")], rows, verify={"kind": "cells", "rows": [[None, RESULT]]}
    )
    made = outputs.figures(report(block))
    assert made["tables"][0]["rows"][0]["values"] == [None, None]
    assert "3.25" not in json.dumps(made)


def test_emphasis_in_a_cell_is_printed_in_the_file_as_on_paper() -> None:
    """Strong words hold their own runs; a line break parts words."""
    strong = {"t": "strong", "c": [{"t": "text", "s": "Sở A"}]}
    cells = [{"runs": [strong, {"t": "br"}, {"t": "text", "s": "(mới)"}]}, text_cell("1", value=1)]
    verified = {"kind": "cells", "rows": [[None, RESULT]]}
    block = table([column("Đơn vị", "left"), column("Số")], [cells], verify=verified)
    (row,) = outputs.figures(report(block))["tables"][0]["rows"]
    assert row["printed"] == ["Sở A (mới)", "1"] and row["name"] == "Sở A (mới)"


@pytest.mark.parametrize("version", [outputs.SCHEMA_VERSION + 1, "2", None, 1.5])
def test_verify_refuses_what_a_later_program_wrote(
    tmp_path: Path, file: dict[str, Any], version: Any
) -> None:
    """One line that says which version is known and what to do; nothing is counted."""
    path = tmp_path / "figures.json"
    write_json(path, {**file, "schema_version": version})
    with pytest.raises(InputError) as raised:
        verify_file(Workbook(tmp_path), path)
    assert f"phiên bản cấu trúc {version}" in str(raised.value)
    assert "\n" not in str(raised.value)
    assert f"phiên bản {outputs.SCHEMA_VERSION} trở xuống" in str(raised.value)
