"""The handbook: its printed examples recounted from its own printed tables in plain Python, and nothing left unexplained.

The second count reads what a reader reads (the tables of dossiers and procedures), counts with tests/statistics/oracle.py and
the few lines below, and must come to every number of the tick marks, the examples and the points.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from hoso.presentation.handbook import Document, handbook
from hoso.presentation.handbook import drawn as example
from hoso.presentation.handbook.words import ABOUT, REVIEWED
from hoso.statistics import drill
from hoso.statistics.definitions import definitions
from hoso.statistics.scorecard import scorecards
from hoso.vocabulary.errors import InputError
from tests.statistics import oracle

ROOT = Path(__file__).parents[2]
Dossiers = dict[str, dict[str, Any]]
START, END = date(2026, 10, 1), date(2026, 10, 31)
CHANNELS = {"trực tuyến": "online", "trực tiếp": "direct", "bưu chính công ích": "postal"}
LEVELS = {
    "dịch vụ toàn trình": "full",
    "dịch vụ một phần": "partial",
    "chỉ cung cấp thông tin": "information",
}
STATES = {
    "đã trả kết quả": 10, "đã xử lý xong": 9, "công dân rút": 7, "đang xử lý": 4, "chờ bổ sung": 5,
    "không được tiếp nhận": 3, "chờ thực hiện nghĩa vụ tài chính": 6,
}  # fmt: skip
SAID = {"có": True, "không": False, "–": None}
FLAGS = ("digitised", "reused", "electronic_result", "synced", "authenticated", "citizen_data")
WAITED = {"HS11": 3 * 480}  # the note under the table: three working days
CODES = [
    "dossier",
    "dossier_id",
    "procedure",
    "procedure_id",
    "field",
    "unit",
    "level",
    "parent",
    "head",
    "online",
    "direct",
    "postal",
    "full",
    "partial",
    "information",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
    "carried_over",
    "resolved",
    "pending",
    "early",
    "punctual",
    "on_time",
    "late",
    "overdue",
    "supplement_requested",
    "refused",
    "withdrawn",
    "stopped",
    "awaiting_payment",
    "fee",
    "paid_online",
    "digitised",
    "reused",
    "electronic_result",
    "synced",
    "authenticated",
    "indicator",
    "variant",
    "numerator",
    "denominator",
    "target",
    "gap",
    "met",
    "points",
    "scorecard",
    "group",
    "criterion",
    "score",
    "max",
    "grade",
    "rank",
    "period",
    "previous",
    "year_ago",
    "cutoff",
    "task",
    "plan",
    "export",
    "import",
    "reject",
    "facts",
    "ledger",
    "results",
    "assessed",
    "review",
    "reminder",
    "progress",
    "action_plan",
    "disclosure",
]  # the project's glossary


@pytest.fixture(scope="module")
def book() -> Document:
    return handbook()


def text(book: Document, runs: list[dict[str, Any]]) -> str:
    """Runs as a reader sees them."""
    parts = [
        book["figures"][run["id"]]["printed"]
        if run["t"] == "fig"
        else text(book, run["c"])
        if "c" in run
        else run["s"]
        for run in runs
    ]
    return "".join(parts)


def table(book: Document, name: str) -> list[list[str]]:
    """The printed cells of a table, group rows left out."""
    block = next(b for b in book["blocks"] if b["type"] == "table" and b["id"] == name)
    rows = [row for row in block["rows"] if row["role"] != "group"]
    return [[text(book, cell["runs"]) for cell in row["cells"]] for row in rows]


def moment(words: str) -> datetime | None:
    return None if words == "–" else datetime.strptime(words, "%H:%M %d/%m/%Y")


def worked(first: datetime, last: datetime) -> int:
    """Office minutes between two moments, minute by minute: 7:00–11:30 and 13:30–17:00 from Monday to Friday."""
    minutes = (first + timedelta(minutes=i) for i in range(int((last - first).total_seconds() // 60)))
    holidays = (date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 2))
    return sum(
        m.weekday() < 5
        and m.date() not in holidays
        and (time(7) <= m.time() < time(11, 30) or time(13, 30) <= m.time() < time(17))
        for m in minutes
    )


@pytest.fixture(scope="module")
def dossiers(book: Document) -> Dossiers:
    """The dossiers as the handbook's tables tell them, as the oracle takes them."""
    levels = {row[0]: LEVELS[row[2]] for row in table(book, "thu-tuc")}
    found = {}
    for row, more in zip(table(book, "ho-so"), table(book, "ho-so-thong-tin"), strict=True):
        name, channel, received, due, finished, state, _ = row
        assert more[0] == name
        d: dict[str, Any] = {
            "channel": CHANNELS[channel], "received": moment(received), "due": moment(due), "finished": moment(finished),
            "status": STATES[state], "procedure": more[1], "level": levels[more[1]], "supplements": int(more[2]),
            "fee": SAID[more[3]], "paid": SAID[more[4]], **dict(zip(FLAGS, map(SAID.get, more[5:]), strict=True)),
        }  # fmt: skip
        ended = oracle.closed(d)
        d["minutes"] = worked(d["received"], ended) - WAITED.get(name, 0) if ended else None
        found[name] = d
    return found


def printed_procedures(book: Document) -> list[dict[str, Any]]:
    """The procedures in force on the last day of the month."""
    return [
        {"id": row[0], "level": LEVELS[row[2]], "fee": SAID[row[3]], "payable": SAID[row[4]]}
        for row in table(book, "thu-tuc")
        if row[5] == "–" or datetime.strptime(row[5], "%d/%m/%Y").date() >= END
    ]


@pytest.fixture(scope="module")
def recounted(book: Document, dossiers: Dossiers) -> Counter[str]:
    drawn = dossiers.values()
    procedures = oracle.procedures(drawn, printed_procedures(book), START, END, True)
    return Counter(oracle.counts(drawn, START, END) | Counter(procedures))


def percent(top: int, bottom: int, digits: int) -> str:
    exact = Decimal(top) * 100 / Decimal(bottom)
    return str(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)).replace(".", ",") + "%"


def sections(book: Document, kind: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The blocks under each heading, to the next heading, by the heading's id."""
    name, found = "", []
    for block in [*book["blocks"], {"type": "heading", "id": ""}]:
        if block["type"] == "heading":
            yield name, [b for b in found if b["type"] == kind]
            name, found = block["id"], []
        else:
            found.append(block)


# ── the examples, counted a second time ──────────────────────────────────────────────────────────


def test_every_example_is_that_of_the_second_count(book: Document, recounted: Counter[str]) -> None:
    """Fraction and rate of every variant, as printed, are what plain Python counts from the printed dossiers."""
    by_key = {(r["key"].get("indicator"), r["key"].get("variant")): r for r in book["figures"].values()}
    rates = {**oracle.RATES, **oracle.PROCEDURE_RATES}
    for (name, variant), (top, bottom) in rates.items():
        record = by_key[name, variant]
        expected = recounted[top], recounted[bottom]
        assert (record["numerator"], record["denominator"]) == expected, (name, variant)
        assert record["printed"] == percent(*expected, record["decimals"])
    known = {(i.id, i.variant) for i in definitions().indicators if i.measure == "rate"}
    assert known == rates.keys()


def test_handling_times_are_those_of_the_second_count(
    book: Document, dossiers: Dossiers, recounted: Counter[str]
) -> None:
    """Average and median, of minutes counted one by one."""
    by_variant = {
        r["key"]["variant"]: r
        for r in book["figures"].values()
        if r["key"].get("indicator") == "handling_time"
    }
    average = Fraction(recounted["handling_minutes"], recounted["handled"] * 480)
    assert by_variant["average"]["value"] == pytest.approx(float(average))
    listed = dict(sections(book, "list"))["handling_time-average"][-1]["items"][0][0]["runs"]
    minutes = re.findall(r"(HS\d+) \(([\d.]+) phút\)", text(book, listed))
    assert {name: int(shown.replace(".", "")) for name, shown in minutes} == {
        name: d["minutes"] for name, d in dossiers.items() if d["status"] in (9, 10) and d["minutes"] and name not in ("HS07", "HS12")
    }  # fmt: skip
    assert by_variant["median"]["value"] == pytest.approx(oracle.median_days(dossiers.values(), START, END))


def test_tick_marks_are_those_of_the_second_count(
    book: Document, dossiers: Dossiers, recounted: Counter[str]
) -> None:
    """Each dossier is ticked in the counts it alone gives, and each row adds up to its total."""
    titles = {words.title: name for name, words in definitions().counts.items()}
    rows = table(book, "dem-ho-so")
    assert {titles[row[0]] for row in rows} == {
        w.id for w in definitions().counts.values() if w.origin == "facts"
    }
    for title, *marks, total in rows:
        alone = [oracle.counts([d], START, END)[titles[title]] for d in dossiers.values()]
        assert [mark == "x" for mark in marks] == [bool(count) for count in alone], title
        assert int(total) == sum(alone) == recounted[titles[title]]


def test_sides_of_fractions_are_those_of_the_second_count(book: Document, dossiers: Dossiers) -> None:
    """In the table of indicators T is a dossier of numerator and denominator, M one of the denominator alone."""
    for entry in (i for i in definitions().indicators if i.origin == "facts" and i.measure == "rate"):
        row = next(r for r in table(book, "dem-chi-tieu") if r[0] == named_now(entry.id, entry.variant))
        alone = [oracle.counts([d], START, END) for d in dossiers.values()]
        sides = ["T" if c[entry.numerator] else "M" if c[entry.denominator] else "" for c in alone]
        assert row[1:-1] == sides, (entry.id, entry.variant)


def named_now(name: str, variant: str) -> str:
    return definitions().on(END).indicator(name, variant).title


def test_lists_of_dossiers_are_the_fraction(book: Document, recounted: Counter[str]) -> None:
    """The dossiers or procedures an example lists are as many as its fraction says, and the numerator is part of them."""
    variants = Counter(i.id for i in definitions().on(END).indicators)
    lists = dict(sections(book, "list"))
    for entry in definitions().on(END).indicators:
        example = lists[f"{entry.id}-{entry.variant}" if variants[entry.id] > 1 else entry.id][-1]
        lines = [text(book, item[0]["runs"]) for item in example["items"]]
        bottom = set(re.findall(r"(?:HS|TT)\d+", lines[0]))
        of_all = "toàn bộ mẫu số" in lines[1] or lines[0].startswith("Xét trên")  # a median has no numerator
        top = bottom if of_all else set(re.findall(r"(?:HS|TT)\d+", lines[1]))
        assert top <= bottom
        assert len(bottom) == recounted[entry.denominator]
        assert entry.measure == "days" or len(top) == recounted[entry.numerator]


@pytest.mark.parametrize("variant", ["06a", "766", "due"])
def test_dossiers_are_those_of_the_drill_down(book: Document, variant: str) -> None:
    """Behind a figure of a report `dossiers()` opens the very dossiers that the example lists, for the same reasons."""
    key = {
        "kind": "result",
        "indicator": "on_time_rate",
        "variant": variant,
        "period": "2026-10@calendar",
        "part": "value",
    }
    rows = drill.dossiers(example.drawn(), key)
    listed = dict(sections(book, "list"))[f"on_time_rate-{variant}"][-1]
    lines = [text(book, item[0]["runs"]) for item in listed["items"]]
    assert re.findall(r"HS\d+", lines[0]) == sorted(
        name.replace("-", "") for name in rows[rows[drill.BOTTOM] > 0]["hồ sơ"]
    )
    missed = rows[(rows[drill.BOTTOM] > 0) & (rows[drill.TOP] == 0)]
    assert all(reason.split(";")[0] in lines[2] for reason in missed[drill.WHY])


def test_stories_are_true(book: Document, dossiers: Dossiers) -> None:
    """The days that the words about a dossier name are those between its printed dates."""
    stories = {row[0]: row[6] for row in table(book, "ho-so")}
    counted = {}
    for name, story in stories.items():
        d = dossiers[name]
        ended = oracle.closed(d)
        last = min(ended.date(), END) if ended else END
        if said := re.search(r"(\d+) ngày", story):
            counted[name] = (int(said[1]), (last - d["due"].date()).days)
    assert counted.keys() == {"HS03", "HS06", "HS14"}
    assert all(said == found for said, found in counted.values())


# What each criterion is worth, typed from the portal's arithmetic: most points, share in percent that gives all of them.
WORTH = {
    "PUBLISH_ON_TIME": (6, 100), "PUBLIC_UPDATE_ON_TIME": (4, 100), "PUBLIC_CONTENT_FULL": (2, 100),
    "DOSSIER_SYNC": (6, 100), "PROCESSED_ON_TIME": (20, 100), "ONLINE_PROVIDED": (2, 80), "ONLINE_USED": (4, 100),
    "ONLINE_DOSSIER": (6, 50), "PAYMENT_DOSSIER": (6, 100), "PAYMENT_FORMALITY_USED": (2, 80),
    "PAYMENT_FORMALITY_PROVIDED": (2, 80), "DOSSIER_RECEIVING_SATISFACTION": (6, 90), "PETITION_PROCESSING_ON_TIME": (6, 100),
    "PETITION_HANDLING_SATISFACTION": (6, 100), "ORIGINAL_RESULT_AVAILABLE": (6, 100), "SO_HOA_GIAY_TO_GIAI_QUYET": (4, 100),
    "REUSED_DIGITIZED_DATA": (2, 80), "SYNCED_WITH_DVCQG_PERSONAL_STORAGE": (4, 100), "CITIZEN_DATA_CONNECTED_DOSSIER": (2, 100),
    "CITIZEN_DATA_CONNECTED_FORMALITY": (2, 100), "ELECTRONIC_CERTIFIED_COPY": (2, 100),
}  # fmt: skip
CENT = Decimal("0.01")


def worth(name: str, fraction: str) -> Decimal:
    """The points of a printed fraction at the province, by the words of the handbook."""
    most, full = WORTH[name]
    if fraction in ("–", "0/0"):  # only petitions and the certified copies are without a denominator here
        return Decimal(most).quantize(CENT)
    top, bottom = map(Decimal, fraction.split("/"))
    share = top * 100 / bottom
    if name.startswith("PAYMENT_"):
        share = share.quantize(CENT, ROUND_HALF_UP)
    return min(Decimal(most), most * share / full).quantize(CENT, ROUND_HALF_UP)


@pytest.mark.parametrize("card", scorecards(), ids=lambda card: card.id)
def test_points_are_those_of_the_second_count(book: Document, card: Any, recounted: Counter[str]) -> None:
    """Every criterion's points and the total, from the printed fractions with exact decimals; counts are the dossiers'."""
    *rows, last = table(book, f"{card.id}-bang")
    total = Decimal(0)
    for criterion, row in zip(card.criteria, rows, strict=True):
        points = worth(criterion.id, row[6])
        total += points
        assert row[1] == criterion.title
        assert row[8] == str(points).replace(".", ","), criterion.id
        if criterion.counts:
            top, bottom = criterion.counts
            assert row[6] == f"{recounted[top]}/{recounted[bottom]}"
    assert last[8] == str(total).replace(".", ",")


# ── nothing left unexplained ─────────────────────────────────────────────────────────────────────


def test_every_definition_is_there(book: Document) -> None:
    """Each indicator, its variants, each scorecard and criterion has a heading under its own id, no id twice."""
    ids = [block["id"] for block in book["blocks"] if block["type"] in ("heading", "table")]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name) for name in ids)
    wanted = {i.id for i in definitions().indicators} | {card.id for card in scorecards()}
    wanted |= {c.id for card in scorecards() for c in card.criteria}
    variants = {(i.id, i.variant) for i in definitions().indicators}
    several = {name for name, _ in variants if sum(other == name for other, _ in variants) > 1}
    wanted |= {f"{name}-{variant}" for name, variant in variants if name in several}
    assert wanted <= set(ids)
    assert len(table(book, "so-lieu-bang")) == len(definitions().counts)
    assert len(table(book, "cong-bo-bang")) == len(definitions().published)


def test_versions_of_a_criterion_are_told_apart(book: Document) -> None:
    """Where the two scorecards score a criterion otherwise its section says so, and only there."""
    old, new = scorecards()
    lists = dict(sections(book, "list"))
    for criterion in new.criteria:
        before = old.criterion(criterion.id)
        fields = (
            "numerator",
            "denominator",
            "max",
            "rule",
            "full_at",
            "levels",
            "province_wide",
            "zero",
            "blank",
        )
        differs = [name for name in fields if getattr(before, name) != getattr(criterion, name)]
        lines = [text(book, item[0]["runs"]) for item in lists[criterion.id][0]["items"]]
        assert bool(differs) == any(line.startswith("Khác giữa các bản: bản 2022–2025") for line in lines)
    citizen = [text(book, item[0]["runs"]) for item in lists["CITIZEN_DATA_CONNECTED_DOSSIER"][0]["items"]]
    assert any("cấp xã không đo, 0 điểm" in line for line in citizen)


def test_every_act_and_day_is_there(book: Document) -> None:
    """The legal ground of every validity of every indicator is printed."""
    shown = json.dumps(book["blocks"], ensure_ascii=False)
    assert [i.legal_basis for i in definitions().indicators if i.legal_basis not in shown] == []
    assert "đến ngày 30/6/2026" in shown  # Nghị định 42/2022 was repealed


def test_variants_side_by_side_can_be_told_apart(book: Document) -> None:
    """No two ways of counting stand under the same words, and what is counted as reached is never "the source tells"."""
    for table in [b for b in book["blocks"] if b["type"] == "table" and b["id"].endswith("-cach-tinh")]:
        pairs = [tuple(text(book, cell["runs"]) for cell in row["cells"][1:3]) for row in table["rows"]]
        assert len(set(pairs)) == len(pairs), table["id"]
        assert not [top for top, _ in pairs if "có ghi nhận" in top], table["id"]


def test_a_criterion_says_what_dossiers_do_not_tell(book: Document) -> None:
    """The portal divides by every dossier, the example by those of which the source tells: said wherever they differ."""
    lists = dict(sections(book, "list"))
    for criterion in scorecards()[-1].criteria:
        lines = [text(book, item[0]["runs"]) for item in lists[criterion.id][-1]["items"]]
        partly = bool(criterion.counts) and criterion.counts[1].startswith(("known_", "received_fee"))
        assert any(line.startswith("Khi tính từ hồ sơ: mẫu số chỉ gồm") for line in lines) == partly


def test_examples_teach(book: Document) -> None:
    """In every rate some of the denominator are not in the numerator; no two variants of an indicator come out alike."""
    found: dict[str, list[str]] = {}
    for record in {r["id"]: r for r in book["figures"].values() if r["key"].get("variant")}.values():
        if record["measure"] == "rate" and record["key"].get("indicator"):
            assert 0 < record["numerator"] < record["denominator"]
            found.setdefault(record["key"]["indicator"], []).append(record["printed"])
    assert all(len(set(values)) == len(values) for values in found.values())
    assert len(set(found["on_time_rate"])) == 5


def test_every_figure_explains_itself(book: Document) -> None:
    """Title, definition, ground, period and source of every number; none claims to be of a real place."""
    for record in book["figures"].values():
        assert all(
            record[name] for name in ("title", "definition", "legal_basis", "period_text", "source")
        ), record
        assert record["key"]["kind"] == "example"
        assert "minh họa" in record["source"]


def test_words_follow_the_definitions() -> None:
    """Each indicator has its plain words, and what the review is said to print is what its notebook asks for."""
    assert ABOUT.keys() == {i.id for i in definitions().indicators}
    notebook = (ROOT / "notebooks" / "review.ipynb").read_text("utf-8")
    asked = re.findall(r'report\.rate\(\\"(\w+)\\"(?:, \\"(\w+)\\")?\)', notebook)
    assert {
        name: definitions().indicator(name, variant or None).variant for name, variant in asked
    } == REVIEWED


def test_the_glossary_has_each_word_once(book: Document) -> None:
    """No term twice, and every word of the project's glossary is there."""
    rows = table(book, "thuat-ngu-bang")
    assert len({row[0] for row in rows}) == len(rows)
    said = {word for row in rows for word in re.findall(r"\w+", row[2])}
    assert [code for code in CODES if code not in said] == []


# ── targets ──────────────────────────────────────────────────────────────────────────────────────

HEAD = "id,era,province,level,unit,indicator,variant,value,comparison,valid_from,valid_to,deadline,head,legal_source,legal_date,note"


def test_targets_are_those_of_the_list(tmp_path: Path) -> None:
    """A row of targets.csv appears with place, value, days and act, at its indicator too; without rows a sentence does."""
    file = tmp_path / "targets.csv"
    row = "a,34,gia-lai,,,online_rate,full,0.75,above,2026-07-01,2026-12-31,2026-12-15,,Kế hoạch số 1/KH-UBND,2026-07-02,"
    file.write_text(f"{HEAD}\n{row}\n", "utf-8")
    book = handbook(file)
    place, title, aim, days, ground = table(book, "chi-tieu-giao-bang")[0]
    assert (place, aim) == ("tỉnh Gia Lai", "trên 75%")
    assert title == named_now("online_rate", "full")
    assert days == "từ ngày 01/7/2026 đến ngày 31/12/2026; thời hạn ngày 15/12/2026"
    assert ground == "Kế hoạch số 1/KH-UBND ngày 02/7/2026."
    at = [
        text(book, item[0]["runs"]) for item in dict(sections(book, "list"))["online_rate-full"][0]["items"]
    ]
    assert [line for line in at if line.startswith("Chỉ tiêu đã giao: tỉnh Gia Lai trên 75%")]


def test_faulty_targets_are_refused(tmp_path: Path) -> None:
    """A target without a source is an error of one line, not a gap in the handbook."""
    file = tmp_path / "targets.csv"
    file.write_text(f"{HEAD}\na,34,gia-lai,,,online_rate,full,0.75,above,2026-07-01,,,,,,\n", "utf-8")
    with pytest.raises(InputError, match="legal_source"):
        handbook(file)
