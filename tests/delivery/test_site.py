"""The site of reports: roster, states, what is missing, order, search, maps, feed; safe and accessible whatever the names."""

import json
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from hoso.delivery import failures, handbook, publishing, runs
from hoso.delivery.outputs import write_json
from hoso.delivery.site import STATES, Entry, names, roster, write
from hoso.delivery.site.entries import BAD
from hoso.presentation.letters import printable
from hoso.vocabulary.errors import InputError
from hoso.vocabulary.periods import Period
from hoso.vocabulary.places import find_province
from hoso.vocabulary.workbook import Workbook
from tests.data.hostile import HOSTILE

ROOT = Path(__file__).parents[2]
FAULT = "ô dossiers: ZeroDivisionError: division by zero"
TODAY = date(2024, 9, 20)  # the day after which nothing of these tests is missing unless it says so


def publish(reports: Path, province: str, period: str, notebook: str = "review", **more: Any) -> Path:
    """What a finished run leaves; its machine folder."""
    folder = reports / province / period / notebook
    folder.mkdir(parents=True)
    files = [f"{notebook}.html", f"{notebook}.pdf", f"{notebook}/figures.json"]
    for name in files:
        (folder.parent / name).write_text(name, "utf-8")
    place = find_province(province, Period.parse(period).era)
    manifest = {
        "notebook": notebook, "province": province, "province_name": place.title, "period": period,
        "title": "Kết quả cải cách hành chính", "status": "done", "warnings": [], "synthetic": False,
        "data_date": "2024-09-13", "made_at": "2024-09-16T02:00:00+00:00", "files": dict.fromkeys(files, "0" * 64),
    }  # fmt: skip
    write_json(folder / "manifest.json", manifest | more)
    return folder


def fail(reports: Path, province: str, period: str) -> None:
    """What a failed run leaves, written by the run's own hand."""
    reports.mkdir(exist_ok=True)
    run = runs.Run.of(Workbook(ROOT), "review", province, period)
    with publishing.staged(run, reports) as stage:
        failures.keep(failures.Failure("failed", [FAULT]), run, stage, None)


class Words(HTMLParser):
    """The words, links, headings, elements and data of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.rows: list[str] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        inside = self.elements[-1] if self.elements else ""
        if inside in ("script", "style"):
            self.scripts += [data] if inside == "script" and data.strip() else []
        elif data.strip():
            self.headings += [data] if inside == "h2" else []
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def index_of(reports: Path) -> Words:
    return Words(write(reports, TODAY).read_text("utf-8"))


def page_of(reports: Path, slug: str, today: date = TODAY) -> Words:
    write(reports, today)
    return Words((reports / slug / "index.html").read_text("utf-8"))


def only(reports: Path) -> Entry:
    (entry,) = roster(reports)
    return entry


def dead(reports: Path) -> list[str]:
    """Links of any page that lead to no file."""
    pages = [page for page in reports.rglob("*.html") if page.read_bytes().startswith(b"<!doctype")]
    assert pages
    return [
        f"{page.relative_to(reports)}: {link}"
        for page in pages
        for link in Words(page.read_text("utf-8")).links
        if not link.startswith("#") and not (page.parent / unquote(link.partition("#")[0])).is_file()
    ]


# ── states ───────────────────────────────────────────────────────────────────────────────────────


def done(reports: Path) -> None:
    publish(reports, "ha-giang", "2024-9M")


def warned(reports: Path) -> None:
    publish(
        reports, "ha-giang", "2024-9M", status="warnings", warnings=["Số liệu tạm thời đến ngày 11/01/2024"]
    )


def failed(reports: Path) -> None:
    fail(reports, "ha-giang", "2024-9M")


def stale(reports: Path) -> None:
    publish(reports, "ha-giang", "2024-9M")
    fail(reports, "ha-giang", "2024-9M")


def file_deleted(reports: Path) -> None:
    folder = publish(reports, "ha-giang", "2024-9M")
    (folder.parent / "review.pdf").unlink()


@pytest.mark.parametrize(
    ("make", "state", "said", "linked"),
    [
        (done, "done", "Hoàn thành", ["HTML", "PDF"]),
        (warned, "warnings", "Số liệu tạm thời đến ngày 11/01/2024", ["HTML", "PDF"]),
        (failed, "failed", FAULT, []),
        (stale, "stale", FAULT, ["HTML", "PDF"]),
        (file_deleted, "broken", "Tệp không khớp với bản ghi", ["HTML"]),
    ],
)
def test_every_state_is_told(
    tmp_path: Path, make: Callable[[Path], None], state: str, said: str, linked: list[str]
) -> None:
    """Done, with a warning, failed, failed after a good one, damaged: on both pages in words, why, and what to open."""
    make(tmp_path)
    assert only(tmp_path).state == state
    assert [name for name, _ in only(tmp_path).links] == linked
    for words in (index_of(tmp_path), page_of(tmp_path, "ha-giang")):
        assert STATES[state] in words.text
        assert said in words.text
    assert ("Cần xử lý" in index_of(tmp_path).headings) == (state in BAD)


def test_every_link_leads_to_a_file(tmp_path: Path) -> None:
    """Links are relative, so the folder can be copied; none leads nowhere, not even where a file was deleted."""
    done(tmp_path)
    publish(tmp_path, "ha-giang", "2023-01-01..2023-11-15")
    publish(tmp_path, "ha-giang", "2024-09@calendar")
    publish_units(tmp_path, ["xa-dak-to"])
    deleted = publish(tmp_path, "kon-tum", "2024-9M")
    (deleted.parent / "review.html").unlink()
    assert "ha-giang/2024-09%40calendar/review.pdf" in index_of(tmp_path).links
    assert "2023-10/unit/xa-dak-to.html" in page_of(tmp_path, "kon-tum").links
    assert dead(tmp_path) == []


def test_a_torn_manifest_is_a_damaged_report(tmp_path: Path) -> None:
    """A manifest cut off by a full disk damages its own report only: the index is still made and says so."""
    publish(tmp_path, "kon-tum", "2024-9M")
    folder = publish(tmp_path, "ha-giang", "2024-9M")
    manifest = folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:40])
    states = {entry.province: entry.state for entry in roster(tmp_path)}
    assert states == {"ha-giang": "broken", "kon-tum": "done"}
    assert STATES["broken"] in index_of(tmp_path).text


@pytest.mark.parametrize(
    "lie",
    [
        {"files": {"../../../secret.html": "0" * 64}},
        {"files": {"/etc/passwd": "0" * 64}},
        {"files": {"review/../../x.html": "0" * 64}},
        {"files": ["review.html"]},
        {"files": None},
        {"files": {}},
        {"status": "<b>tốt</b>"},
        {"status": ["done"]},
    ],
)
def test_a_manifest_that_lies_is_not_believed(tmp_path: Path, lie: dict[str, Any]) -> None:
    """Paths out of the folder, wrong types, states nobody knows: a damaged report, and no link but to its own documents."""
    publish(tmp_path, "ha-giang", "2024-9M", **lie)
    assert only(tmp_path).state == "broken"
    assert {link for _, link in only(tmp_path).links} <= {
        "ha-giang/2024-9M/review.html", "ha-giang/2024-9M/review.pdf",
    }  # fmt: skip
    assert dead(write(tmp_path, TODAY).parent) == []


def test_wrong_types_in_a_manifest_are_blanks(tmp_path: Path) -> None:
    """A title that is a list, a date that is none, a moment without a zone: the report is listed without them."""
    wrong = {
        "title": ["x"],
        "data_date": "13/9/2024",
        "made_at": "gần đây",
        "revision": True,
        "warnings": "x",
        "synthetic": 1,
    }
    publish(tmp_path, "ha-giang", "2024-9M", province_name="tỉnh Giả", **wrong)
    entry = only(tmp_path)
    told = (entry.title, entry.data_date, entry.made_at, entry.revision, entry.details, entry.synthetic)
    assert told == ("Báo cáo sơ kết", "", "", 1, (), False)
    assert entry.province_name == "tỉnh Hà Giang"  # of the folder's name, by the list of provinces
    assert "Báo cáo sơ kết" in index_of(tmp_path).text


def test_folders_of_no_place_are_told_apart(tmp_path: Path) -> None:
    """A manifest under a place or period that does not exist is no report; the index names the folder."""
    done(tmp_path)
    for path in (
        "nowhere/2024-9M/review",
        "ha-giang/2024-13/review",
        "63-02/2024-9M/review",
        "Ha Giang/2024/x<b>",
    ):
        (tmp_path / path).mkdir(parents=True)
        write_json(tmp_path / path / "manifest.json", {})
    words = index_of(tmp_path)
    assert len(roster(tmp_path)) == 1
    assert "Thư mục không nhận ra" in words.headings
    assert all(
        name in words.text
        for name in ("nowhere/2024-9M/review", "63-02/2024-9M/review", "Ha Giang/2024/x<b>")
    )


def test_no_report_is_said_in_words(tmp_path: Path) -> None:
    """An empty output folder, or none yet, gives a page that says there is nothing."""
    assert "Chưa có báo cáo nào." in index_of(tmp_path / "reports").words
    assert roster(tmp_path / "reports") == []


def test_synthetic_reports_are_marked(tmp_path: Path) -> None:
    """One report on made-up data: it says so itself, and the head of the page; without one neither does."""
    done(tmp_path)
    assert "mô phỏng" not in index_of(tmp_path).text.casefold()
    publish(tmp_path, "kon-tum", "2024-9M", synthetic=True)
    text = index_of(tmp_path).text
    assert text.count("DỮ LIỆU MÔ PHỎNG") == 1
    assert text.count("(dữ liệu mô phỏng)") == 1


# ── what is missing ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("made", "today", "said"),
    [
        (["2024-07", "2024-08"], date(2024, 9, 14), ""),  # September ends today
        (["2024-07", "2024-08"], date(2024, 9, 15), "tháng 9 năm 2024"),
        (["2024-06", "2024-08"], date(2024, 9, 14), "tháng 7 năm 2024"),
        (["2023-Q4@calendar"], date(2024, 7, 1), "quý II năm 2024; quý I năm 2024"),
        (["2023-9M"], date(2024, 9, 15), "9 tháng đầu năm 2024"),
        (["2022"], date(2023, 12, 15), "năm 2023"),
        (["2023-01-01..2023-11-15"], date(2026, 1, 1), ""),  # nothing follows explicit dates
        (["2010"], date(2024, 1, 20), "năm 2023; năm 2022"),  # two years back, and no further
        (["2010", "2011"], date(2010, 1, 20), ""),
        (["2025-05"], date(2025, 12, 1), "tháng 6 năm 2025"),  # Hà Giang is no province from 1/7/2025
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, made: list[str], today: date, said: str) -> None:
    """A report made for a period before and not for a later one that has ended, while the place is there."""
    for period in made:
        publish(tmp_path, "ha-giang", period)
    words = page_of(tmp_path, "ha-giang", today)
    assert ("Còn thiếu" in words.headings) == bool(said)
    count = len(said.split("; ")) if said else 0
    assert f"Báo cáo sơ kết : {count} báo cáo: {said}" in words.text or not said
    command = "Lập báo cáo của kỳ gần nhất bằng lệnh hoso report review --province ha-giang --period "
    assert (command in words.text) == bool(said)
    assert (
        f"{count} báo cáo của kỳ đã kết thúc" in Words((tmp_path / "index.html").read_text("utf-8")).text
    ) == bool(said)


def test_a_failed_report_is_not_missing_too(tmp_path: Path) -> None:
    """It is listed as failed; a report that only ever failed makes none of its later periods missing."""
    publish(tmp_path, "ha-giang", "2024-08")
    fail(tmp_path, "ha-giang", "2024-09")
    fail(tmp_path, "kon-tum", "2024-08")
    assert "Còn thiếu" not in page_of(tmp_path, "ha-giang", date(2024, 9, 20)).headings
    assert "Còn thiếu" not in page_of(tmp_path, "kon-tum", date(2024, 9, 20)).headings


def test_missing_units_are_counted(tmp_path: Path) -> None:
    """Two sheets of October, none of November: one line, with how many units."""
    publish_units(tmp_path, ["xa-dak-to", "xa-po-ko"])
    text = page_of(tmp_path, "kon-tum", date(2023, 11, 20)).text
    assert "Phiếu đơn vị : 2 báo cáo: tháng 11 năm 2023 (2 đơn vị)" in text
    assert "hoso report unit --province kon-tum --period 2023-11 --every-unit" in text


@pytest.mark.parametrize(
    ("name", "kind", "command"),
    [
        ("reminder", "Công văn đôn đốc", "hoso report reminder --province p --period 2024"),
        (
            "reminder-sync-rate",
            "Công văn đôn đốc (tỷ lệ hồ sơ đồng bộ kết quả)",
            "hoso report reminder --province p --period 2024 --indicator sync_rate",
        ),
        (
            "progress-online-rate-2024-12-25",
            "Báo cáo tiến độ (tỷ lệ hồ sơ tiếp nhận trực tuyến, hạn ngày 25/12/2024)",
            "hoso report progress --province p --period 2024 --indicator online_rate --deadline 2024-12-25",
        ),
        (
            "reminder-2023-12-25",
            "Công văn đôn đốc (hạn ngày 25/12/2023)",
            "hoso report reminder --province p --period 2024 --deadline 2023-12-25",
        ),
        ("mine", "mine", "hoso report mine --province p --period 2024"),
    ],
)
def test_a_report_is_named_in_words_and_made_again_by_its_command(name: str, kind: str, command: str) -> None:
    """A folder's name tells the kind, the indicator and the deadline: said as an office says them, and as the shell wants."""
    assert (names.kind(name), names.command(name, "p", "2024")) == (kind, command)


def test_what_failed_says_what_to_do(tmp_path: Path) -> None:
    """A failed report and one whose files were changed each give the command that repairs it; one that is whole none."""
    publish(tmp_path, "ha-giang", "2024-08")
    assert "Cách xử lý" not in index_of(tmp_path).text
    (tmp_path / "ha-giang" / "2024-08" / "review.pdf").unlink()
    fail(tmp_path, "kon-tum", "2024-08")
    text = index_of(tmp_path).text
    assert "lập lại bằng lệnh hoso report review --province ha-giang --period 2024-08 --force" in text
    assert (
        "khắc phục lỗi nêu trên rồi lập lại bằng lệnh hoso report review --province kon-tum --period 2024-08"
        in text
    )


# ── order ────────────────────────────────────────────────────────────────────────────────────────


def places_of(reports: Path) -> list[str]:
    """The places of the index in their order."""
    page = write(reports, TODAY).read_text("utf-8")
    return re.findall(r'<tr><th scope="row"><a href="[^"]+">([^<]+)</a>', page)


def test_places_stand_in_vietnamese_order(tmp_path: Path) -> None:
    """Đ after D, Ă after A, tones after letters, cities among provinces, the whole country first."""
    names = "dong-thap dien-bien dak-nong da-nang dak-lak ca-mau ha-tinh ha-giang hai-duong ha-noi an-giang ca-nuoc"
    for slug in re.findall(r"[a-z-]+", names):
        publish(tmp_path, slug, "2024-9M")
        publish(tmp_path, slug, "2024-6M")
    assert places_of(tmp_path) == [
        "Cả nước", "Tỉnh An Giang", "Tỉnh Cà Mau", "Thành phố Đà Nẵng", "Tỉnh Đắk Lắk", "Tỉnh Đắk Nông", "Tỉnh Điện Biên",
        "Tỉnh Đồng Tháp", "Tỉnh Hà Giang", "Thành phố Hà Nội", "Tỉnh Hà Tĩnh", "Tỉnh Hải Dương",
    ]  # fmt: skip


def test_the_newest_period_comes_first(tmp_path: Path) -> None:
    """Within a place by the period's last day, whatever kind of period it is."""
    periods = ["2023", "2024-Q1", "2024-9M", "2024-02", "2023-01-01..2023-11-15", "2024-10"]
    for period in periods:
        publish(tmp_path, "ha-giang", period)
    assert [entry.period for entry in roster(tmp_path)] == [
        "2024-10", "2024-9M", "2024-Q1", "2024-02", "2023", "2023-01-01..2023-11-15",
    ]  # fmt: skip
    assert page_of(tmp_path, "ha-giang", date(2024, 1, 1)).headings == [
        "Tháng 10 năm 2024", "9 tháng đầu năm 2024", "Quý I năm 2024", "Tháng 02 năm 2024", "Năm 2023",
        "Từ ngày 01/01/2023 đến ngày 15/11/2023",
    ]  # fmt: skip


def test_a_failed_report_stands_under_its_place(tmp_path: Path) -> None:
    """A report that was never finished is listed with its place's others, under the place's name."""
    publish(tmp_path, "ha-giang", "2024-9M")
    publish(tmp_path, "tuyen-quang", "2024-9M")
    fail(tmp_path, "ha-giang", "2024-10")
    fail(tmp_path, "kon-tum", "2024-9M")
    assert places_of(tmp_path) == ["Tỉnh Hà Giang", "Tỉnh Kon Tum", "Tỉnh Tuyên Quang"]
    assert [(e.province, e.state) for e in roster(tmp_path)][:2] == [
        ("ha-giang", "failed"),
        ("ha-giang", "done"),
    ]


# ── maps ─────────────────────────────────────────────────────────────────────────────────────────


def tiles_of(reports: Path, today: date = TODAY) -> list[str]:
    """The words of the tiles."""
    page = write(reports, today).read_text("utf-8")
    found = re.findall(r'<li class="r\d+ c\d+ [^"]*">(.*?)</li>', page, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", "", tile).split()) for tile in found]


def test_each_era_with_reports_has_its_map(tmp_path: Path) -> None:
    """63 provinces and the two archipelagos, 34 and the two, both, or none for the whole country alone."""
    publish(tmp_path, "ca-nuoc", "2026-09")
    assert tiles_of(tmp_path) == []
    publish(tmp_path, "ha-giang", "2024-9M")
    assert len(tiles_of(tmp_path)) == 65
    publish(tmp_path, "da-nang", "2026-09")
    tiles = tiles_of(tmp_path)
    assert len(tiles) == 36 + 65
    assert "Sơ đồ ô, không phải bản đồ địa giới" in index_of(tmp_path).text
    assert tiles.count("Quần đảo Hoàng Sa (Đà Nẵng) đủ 1") == 1
    assert tiles.count("Quần đảo Trường Sa (Khánh Hòa) chưa có") == 2


def test_a_tile_says_what_is_worst(tmp_path: Path) -> None:
    """Failed before missing before warned before all there, in words and with their number."""
    publish(tmp_path, "ha-giang", "2024-9M")
    warned_of = {"status": "warnings", "warnings": ["Số liệu tạm thời"]}
    publish(tmp_path, "ha-noi", "2024-9M", **warned_of)
    publish(tmp_path, "lai-chau", "2024-07", **warned_of)
    publish(tmp_path, "son-la", "2024-07")
    fail(tmp_path, "son-la", "2024-08")
    told = tiles_of(tmp_path, date(2024, 9, 14))
    assert [tile for tile in told if not tile.endswith("chưa có")] == [
        "tỉnh Hà Giang đủ 1", "tỉnh Lai Châu thiếu 1", "tỉnh Sơn La lỗi 1", "thành phố Hà Nội lưu ý 1",
    ]  # fmt: skip


def test_a_tile_says_what_is_missing_where_nothing_was_made_yet(tmp_path: Path) -> None:
    """A report of June 2025, none of the months after: the province of the later era lacks them, and leads to its page."""
    publish(tmp_path, "son-la", "2025-06")
    told = tiles_of(tmp_path, date(2025, 9, 20))
    assert [tile for tile in told if not tile.endswith("chưa có")] == [
        "tỉnh Sơn La thiếu 2",
        "tỉnh Sơn La đủ 1",
    ]
    assert index_of(tmp_path).links.count("son-la/index.html") >= 2


# ── hostile names ────────────────────────────────────────────────────────────────────────────────


def hostile_reports(reports: Path) -> None:
    """A report for each string that has broken a page somewhere, in title, place, warning and fault."""
    for i, text in enumerate(HOSTILE):
        names = {
            "title": text,
            "province_name": f"tỉnh {text}",
            "status": "warnings",
            "warnings": [text],
            "data_version": text,
        }
        publish(reports, "ha-giang", f"{2022 - i}", **names)


def test_hostile_names_are_words(tmp_path: Path) -> None:
    """Markup in a title or warning is printed, and adds no element to a page, no tag to the feed, no end to the data."""
    hostile_reports(tmp_path)
    plain = [" ".join(printable(text).split()) for text in HOSTILE]
    words = page_of(tmp_path, "ha-giang")
    text = re.sub(r"\s+", " ", " ".join(words.words))
    assert [name for name in plain if text.count(name) < 2] == []
    assert set(words.elements) == {
        "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "h1", "h2", "p", "ul", "li", "span", "a",
        "code",
    }  # fmt: skip
    index = index_of(tmp_path)
    assert len(index.scripts) == 2
    known = json.loads(index.scripts[0])
    assert {known["heads"][head] + rest for head, rest in known["titles"]} == {
        printable(t).strip() for t in HOSTILE
    }
    feed = ElementTree.parse(tmp_path / "feed.xml")
    assert len(feed.findall("{*}entry")) == len(HOSTILE)


# ── the feed ─────────────────────────────────────────────────────────────────────────────────────


def feed_of(reports: Path) -> list[dict[str, str]]:
    """The entries of the feed: id, title, updated, first link."""
    write(reports, TODAY)
    entries = ElementTree.parse(reports / "feed.xml").findall("{*}entry")
    return [
        {name: entry.findtext(f"{{*}}{name}") or "" for name in ("id", "title", "updated")}
        | {"href": next(link.attrib["href"] for link in entry.findall("{*}link"))}
        for entry in entries
    ]


def test_the_feed_has_the_newest_reports(tmp_path: Path) -> None:
    """The last 50 by when they were made, newest first, failed ones never; each link relative and there."""
    for year in range(1950, 2010):
        publish(tmp_path, "ha-giang", f"{year}", made_at=f"{year}-01-05T02:00:00+00:00")
    fail(tmp_path, "ha-giang", "2024-9M")
    told = feed_of(tmp_path)
    assert [entry["updated"][:4] for entry in told] == [str(year) for year in range(2009, 1959, -1)]
    assert [entry["href"] for entry in told if not (tmp_path / unquote(entry["href"])).is_file()] == []
    assert told[0]["title"] == "Kết quả cải cách hành chính (tỉnh Hà Giang, năm 2009)"


def test_ids_of_the_feed_are_stable(tmp_path: Path) -> None:
    """The same report keeps its id when made again; a version with other figures has another; units have their own."""
    publish(tmp_path, "ha-giang", "2024-09@calendar")
    publish_units(tmp_path, ["xa-dak-to"])
    first = {entry["id"] for entry in feed_of(tmp_path)}
    assert first == {
        "urn:hoso:ha-giang:2024-09%40calendar:review:1",
        "urn:hoso:kon-tum:2023-10:unit:xa-dak-to:1",
    }
    manifest = tmp_path / "ha-giang" / "2024-09@calendar" / "review" / "manifest.json"
    told = json.loads(manifest.read_text("utf-8"))
    write_json(manifest, told | {"made_at": "2024-10-01T09:00:00+07:00"})
    assert {entry["id"] for entry in feed_of(tmp_path)} == first
    write_json(manifest, told | {"revision": 2})
    assert "urn:hoso:ha-giang:2024-09%40calendar:review:2" in {entry["id"] for entry in feed_of(tmp_path)}


# ── made again ───────────────────────────────────────────────────────────────────────────────────


def stamps(reports: Path) -> dict[str, int]:
    """When each page was written."""
    names = ("**/index.html", "feed.xml", "figures.schema.json", "**/changes-*.json")
    files = [file for name in names for file in reports.glob(name)]
    return {file.relative_to(reports).as_posix(): file.stat().st_mtime_ns for file in files}


def test_only_what_changed_is_written_again(tmp_path: Path) -> None:
    """Nothing new: no page is written. One new report: its place's page, the index and the feed."""
    publish(tmp_path, "ha-giang", "2024-9M")
    publish(tmp_path, "kon-tum", "2024-9M")
    write(tmp_path, TODAY)
    first = stamps(tmp_path)
    assert {
        "index.html",
        "feed.xml",
        "figures.schema.json",
        "ha-giang/index.html",
        "kon-tum/index.html",
    } == set(first)
    write(tmp_path, TODAY)
    assert stamps(tmp_path) == first
    publish(tmp_path, "kon-tum", "2024-10")
    write(tmp_path, TODAY)
    changed = {name for name, stamp in stamps(tmp_path).items() if stamp != first[name]}
    assert changed == {"index.html", "feed.xml", "kon-tum/index.html"}
    (tmp_path / "kon-tum" / "index.html").unlink()
    assert page_of(tmp_path, "kon-tum").headings[0] == "Tháng 10 năm 2024"


def test_a_changed_manifest_is_read_again(tmp_path: Path) -> None:
    """Other content of the same length, a document deleted, a new day: the pages follow."""
    folder = publish(tmp_path, "ha-giang", "2024-08")
    assert "Kết quả cải cách" in index_of(tmp_path).text
    told = (folder / "manifest.json").read_text("utf-8")
    (folder / "manifest.json").write_text(told.replace("Kết quả", "Đánh giá"[:7]), "utf-8")
    assert "Kết quả cải cách" not in index_of(tmp_path).text
    (folder.parent / "review.pdf").unlink()
    assert STATES["broken"] in index_of(tmp_path).text
    assert "Còn thiếu" in page_of(tmp_path, "ha-giang", date(2024, 11, 1)).headings


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b'{"made_of": "another version", "manifests": {}, "pages": {}}',
        "shapes",
    ],
)
def test_a_broken_cache_is_no_cache(tmp_path: Path, damage: bytes | str) -> None:
    """Empty, torn, of another version or of strange shapes: everything is read and made as if there were none."""
    publish(tmp_path, "ha-giang", "2024-9M")
    good = write(tmp_path, TODAY).read_bytes()
    file = tmp_path / "site" / ".cache.json"
    if damage == "shapes":
        known = json.loads(file.read_text("utf-8"))
        known["manifests"] = {path: ["x", {"manifest": [1]}] for path in known["manifests"]}
        known["pages"] = {"../../etc/index.html": "x", "ha-noi/index.html": 1}
        file.write_text(json.dumps(known), "utf-8")
    else:
        assert isinstance(damage, bytes)
        file.write_bytes(damage)
    outside = tmp_path.parent / "index.html"
    outside.write_text("not ours", "utf-8")
    (tmp_path / "index.html").unlink()
    assert write(tmp_path, TODAY).read_bytes() == good
    assert outside.read_text("utf-8") == "not ours"


def test_the_page_of_a_place_without_reports_goes(tmp_path: Path) -> None:
    """Its last report deleted, a place is no longer listed and its page is taken away; nothing else of the folder is."""
    publish(tmp_path, "ha-giang", "2024-9M")
    folder = publish(tmp_path, "kon-tum", "2024-9M")
    write(tmp_path, TODAY)
    (folder / "manifest.json").unlink()
    assert places_of(tmp_path) == ["Tỉnh Hà Giang"]
    assert not (tmp_path / "kon-tum" / "index.html").exists()
    assert (tmp_path / "kon-tum" / "2024-9M" / "review.html").exists()


def test_the_handbook_is_linked_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made when asked for and kept up to date from then on; faulty targets do not keep a report from being listed."""
    done(tmp_path)
    asked = []

    def quick(folder: Path) -> list[Path]:  # the handbook itself takes seconds and has tests of its own
        asked.append(folder)
        files = [folder / f"so-tay-chi-tieu.{suffix}" for suffix in ("html", "pdf", "docx")]
        for file in files:
            file.write_text("sổ tay", "utf-8")
        return files

    monkeypatch.setattr(handbook, "write", quick)
    assert "Sổ tay chỉ tiêu" not in index_of(tmp_path).text
    assert asked == []
    write(tmp_path, TODAY, with_handbook=True)
    assert "Sổ tay chỉ tiêu (HTML)" in index_of(tmp_path).text
    assert asked == [tmp_path, tmp_path]
    assert dead(tmp_path) == []

    def faulty(folder: Path) -> list[Path]:
        raise InputError("mức giao không phải số")

    monkeypatch.setattr(handbook, "write", faulty)
    assert "Sổ tay chỉ tiêu (HTML)" in index_of(tmp_path).text
    with pytest.raises(InputError):
        write(tmp_path, TODAY, with_handbook=True)


# ── reports of single units ──────────────────────────────────────────────────────────────────────


def publish_units(reports: Path, names: list[str], **more: Any) -> None:
    """What finished runs of a notebook on units leave: documents in the report's folder, machine files beside them."""
    whole = reports / "kon-tum" / "2023-10"
    for name in names:
        folder = publish(reports, "kon-tum", "2023-10", **{"notebook": name, "title": name, **more})
        (whole / "unit").mkdir(exist_ok=True)
        for made in (folder, whole / f"{name}.html", whole / f"{name}.pdf"):
            made.rename(whole / "unit" / made.name)


def test_reports_of_units_are_folded(tmp_path: Path) -> None:
    """149 units of a place do not bury its other reports: one list for a period, folded, in Vietnamese order, counted."""
    publish(tmp_path, "kon-tum", "2024-9M")
    publish_units(tmp_path, [f"xa-{i}" for i in range(148)] + ["xa-dak-to"])
    entries = roster(tmp_path)
    assert sum(bool(entry.unit) for entry in entries) == 149
    assert {(entry.notebook, entry.state) for entry in entries if entry.unit} == {("unit", "done")}
    words = page_of(tmp_path, "kon-tum", date(2023, 10, 20))
    assert words.elements.count("details") == 1
    assert "Phiếu đơn vị: 149 báo cáo" in words.text
    units = [link for link in words.links if link.startswith("2023-10/unit/xa-") and link.endswith(".html")]
    assert units[:4:2] == ["2023-10/unit/xa-0.html", "2023-10/unit/xa-1.html"]
    assert dead(tmp_path) == []


def test_a_failed_unit_is_told(tmp_path: Path) -> None:
    """One unit of many whose run failed: the folded list says how many before it is opened, the index which and why."""
    publish_units(tmp_path, ["xa-dak-to", "xa-po-ko"])
    (tmp_path / "kon-tum" / "2023-10" / "unit" / "xa-po-ko" / "manifest.json").unlink()
    write_json(tmp_path / "kon-tum" / "2023-10" / "unit" / "xa-po-ko" / "failed.json", {"faults": [FAULT]})
    words = page_of(tmp_path, "kon-tum", date(2023, 10, 20))
    assert "2 báo cáo (1 báo cáo lỗi)" in words.text
    assert FAULT in words.words
    index = index_of(tmp_path).text
    assert "xa-po-ko" in index
    assert FAULT in index
