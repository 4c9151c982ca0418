"""The command line: exit codes, one-line errors, and outputs in the shape of the contract."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from hoso.delivery import cli
from hoso.delivery.commands import report
from hoso.records.store import Store
from tests.delivery.conftest import Command
from tests.delivery.test_asked import write_notebook
from tests.stores import write_csv

ROOT = Path(__file__).parents[2]
ROW = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}
ROWS = [ROW | {"id": f"H22-{i}"} for i in range(20)] + [
    ROW | {"id": "H22-late", "finished": "11/01/2024 08:00"}
]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "export.csv", ROWS)


def test_import_prints_what_became_of_the_rows(hoso: Command, export: Path) -> None:
    """The table names the file and its read, accepted, replaced, rejected and skipped rows."""
    code, out, _ = hoso("import", export, "--province", "ha-giang")
    assert code == 0
    assert re.search(r"export\.csv\D+21\D+21\D+0\D+0\D+0\b", out)


def test_figures_json_has_the_columns_of_the_contract(hoso: Command, export: Path) -> None:
    """A list of objects: counts with their numerator as value, rates in [0, 1], unit null for the province."""
    hoso("import", export, "--province", "ha-giang")
    code, out, _ = hoso("figures", "--province", "ha-giang", "--period", "2024-9M", "--format", "json")
    assert code == 0
    rows = json.loads(out)
    names = {
        "indicator",
        "variant",
        "province",
        "unit",
        "level",
        "period",
        "numerator",
        "denominator",
        "value",
        "source",
    }
    assert all(set(row) == names for row in rows)
    found = {(row["indicator"], row["variant"]): row for row in rows}
    assert found["received", None]["value"] == 21
    assert found["received", None]["unit"] is None
    assert found["on_time_rate", "06a"]["value"] == pytest.approx(20 / 21)
    assert found["reuse_rate", "766"]["value"] is None
    assert found["satisfaction_rate", "published"]["value"] == 0.977
    needed = """received received_online received_direct received_postal carried_over resolved early punctual late pending
        pending_in_time overdue supplement_requested refused withdrawn stopped on_time_rate online_rate
        online_payment_rate electronic_result_rate digitised_rate reuse_rate sync_rate authenticated_rate
        online_service_rate online_payment_service_rate satisfaction_rate"""
    assert set(needed.split()) <= {row["indicator"] for row in rows}


def test_figures_of_a_level_are_each_unit_of_it(hoso: Command, export: Path) -> None:
    """With --level every unit of the level has its rows; as CSV with a header line."""
    hoso("import", export, "--province", "ha-giang")
    _, out, _ = hoso("figures", "--province", "02", "--period", "2024-9M", "--level", "district")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len({row["unit"] for row in rows}) == 11
    assert {row["level"] for row in rows} == {"district"}


def empty(path: Path) -> None:
    path.write_bytes(b"")


def no_status_column(path: Path) -> None:
    path.write_text("Mã hồ sơ,Đơn vị giải quyết,Ngày tiếp nhận\n1,Sở Tư pháp,02/01/2024\n", "utf-8")


def truncated_workbook(path: Path) -> None:
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet()
    for i in range(500):
        sheet.write_row(i, 0, [f"Mã {i}", "Đơn vị"])
    workbook.close()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def locked_workbook(path: Path) -> None:
    import msoffcrypto
    from msoffcrypto.format.ooxml import OOXMLFile

    assert msoffcrypto
    plain = io.BytesIO()
    with xlsxwriter.Workbook(plain) as workbook:
        workbook.add_worksheet().write_row(
            0, 0, ["Mã hồ sơ", "Đơn vị giải quyết", "Ngày tiếp nhận", "Trạng thái"]
        )
    plain.seek(0)
    with path.open("wb") as file:
        OOXMLFile(plain).encrypt("mat-khau", file)


def tcvn3(path: Path) -> None:
    # "Mã hồ sơ,Đơn vị giải quyết,Trạng thái,Ngày tiếp nhận" in the letters of TCVN 5712
    path.write_bytes(
        b"M\xb7 h\xe5 s\xac,\xa7\xac n v\xde gi\xb6i quy\xd5t,Tr\xb9ng th\xb8i,Ng\xb5y ti\xd5p nh\xcbn\n1,S\xeb T\xad ph\xb8p,x,02/01/2024\n"
    )


def not_an_export(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "b")


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("rong.csv", empty, "rỗng"),
        ("thieu-cot.csv", no_status_column, "Trạng thái"),
        ("cat.xlsx", truncated_workbook, "hỏng"),
        ("khoa.xlsx", locked_workbook, "mật khẩu"),
        ("tcvn3.csv", tcvn3, "TCVN3"),
        ("anh.zip", not_an_export, ""),
        ("khong-co.csv", lambda path: None, "không"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_line(
    hoso: Command, tmp_path: Path, export: Path, name: str, make: Callable[[Path], None], words: str
) -> None:
    """One clear line that names the file, exit code 1, nothing half imported; the files beside it are still read."""
    make(tmp_path / name)
    code, out, err = hoso("import", tmp_path / name, export, "--province", "ha-giang")
    lines = [line for line in err.splitlines() if line.strip()]
    assert code == 1
    assert len(lines) == 1
    assert name in lines[0]
    assert words.casefold() in lines[0].casefold()
    assert "Traceback" not in err
    assert "export.csv" in out
    assert Store.open(tmp_path / "store").frame("imports")["file"].to_list() == ["export.csv"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_text_files_of_other_encodings_are_read(hoso: Command, tmp_path: Path, encoding: str) -> None:
    """A CSV with a byte order mark, in UTF-8 or UTF-16, gives the right result."""
    text = write_csv(tmp_path / "plain.csv", ROWS).read_text("utf-8")
    (tmp_path / "other.csv").write_text(text, encoding)
    assert hoso("import", tmp_path / "other.csv", "--province", "ha-giang")[0] == 0
    assert Store.open(tmp_path / "store").frame("imports")["accepted"].to_list() == [21]


def test_a_legacy_workbook_is_read(hoso: Command) -> None:
    """A .xls of an older system gives the right result."""
    code, _, err = hoso("import", ROOT / "tests" / "data" / "one_stop.xls", "--province", "ha-giang")
    assert (code, err.strip()) == (0, "")


REMINDER = ("report", "reminder", "--province", "ha-giang", "--period", "2024-9M")
REVIEW = ("report", "review", "--province", "ha-giang", "--period", "2024-9M")
UNIT = ("report", "unit", "--province", "ha-giang", "--period", "2024-9M")


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("report", "review", "--period", "2024-9M"), 2, "--province"),
        (("report", "review", "--province", "ha-giangg", "--period", "2024-9M"), 2, "ha-giang"),
        (("report", "review", "--province", "ha-giang", "--period", "9T2024"), 2, "2024-9M"),
        (("report", "../review", "--province", "ha-giang", "--period", "2024-9M"), 2, "review"),
        (("report", "review", "--province", "../../etc", "--period", "2024-9M"), 2, ""),
        (
            ("report", "review", "--province", "ha-giang", "--period", "2024-9M", "--formats", "exe"),
            2,
            "html",
        ),
        (("report", "review", "--province", "kon-tum", "--period", "2024-9M"), 3, "dữ liệu"),
        ((*REMINDER, "--indicator", "online_rat"), 2, "online_rate"),
        ((*REMINDER, "--deadline", "31/12/2023"), 2, "2023-12-25"),
        ((*REMINDER, "--unit", "so-tu-phap"), 2, "unit"),
        ((*REMINDER, "--level", "commune"), 2, "--every-unit"),
        (
            (
                "report",
                "review",
                "--province",
                "ha-giang",
                "--period",
                "2024-9M",
                "--indicator",
                "online_rate",
            ),
            2,
            "indicator",
        ),
        (("report", "explore", "--province", "ha-giang", "--period", "2024-9M"), 2, "hoso lab"),
        (("report", "review", "--province", "ca-nuoc", "--period", "2024-9M"), 2, "--province"),
        (("report", "national", "--province", "ha-giang", "--period", "2026@calendar"), 2, "ca-nuoc"),
        (UNIT, 2, "--every-unit"),
        ((*UNIT, "--unit", "so-tu-phat"), 2, "so-tu-phap"),
        ((*UNIT, "--unit", "../../etc"), 2, "../../etc"),
        ((*UNIT, "--unit", "so-tu-phap", "--every-unit"), 2, "--every-unit"),
        ((*UNIT, "--every-unit", "--level", "ward"), 2, "district"),
        (("report", "unit", "--province", "ha-giang", "--period", "2010-01", "--every-unit"), 3, "2010"),
        ((*REVIEW, "-p", "ma", "01"), 2, "ma"),
        ((*REVIEW, "-p", "x = 1; import os", "1"), 2, "tên tham số"),
        ((*REVIEW, "-p", "province", "kon-tum"), 2, "--province"),
        ((*REVIEW, "-p", "period"), 2, "-p"),
        ((*REMINDER, "-p", "indicator", "../x"), 2, "chỉ tiêu"),
        ((*REMINDER, "-p", "deadline", "2024-12-25", "-p", "deadline", "2024-12-26"), 2, "một lần"),
        ((*REVIEW, "--timeout", "0"), 2, "--timeout"),
        ((*REVIEW, "--timeout", "1e30"), 2, "--timeout"),
        ((*REVIEW, "--memory", "1M"), 2, "--memory"),
        ((*REVIEW, "--jobs", "0"), 2, "--jobs"),
        ((*REVIEW, "--jobs", "100000"), 2, "--jobs"),
        ((*REVIEW, "--memory", "3 GB"), 2, "800M"),
        ((*REVIEW, "--catch-up", "2"), 2, "last-month"),
        ((*REVIEW, "--notify", "ftp://x"), 2, "--notify"),
        (("report", "review", "--province", "ha-giang", "--period", "last-week"), 2, "last-month"),
        (("why", "no-such-report.pdf"), 1, "no-such-report.pdf"),
        (("list", "--state", "good"), 2, "missing"),
        (("figures", "--province", "ha-giang", "--period", "2024-9M", "--level", "ward"), 2, "district"),
        (
            ("figures", "--province", "ha-giang", "--period", "2024-9M", "--unit", "so-khong-co"),
            2,
            "so-khong-co",
        ),
        (("verify", "no-such-folder"), 1, "no-such-folder"),
        (("import", "x.csv", "--province", "atlantis"), 2, "atlantis"),
    ],
)
def test_wrong_use_is_refused_in_one_line(
    hoso: Command, export: Path, words: tuple[str, ...], code: int, hint: str
) -> None:
    """Names and values come from closed lists: anything else is one line and its exit code, before anything runs."""
    hoso("import", export, "--province", "ha-giang")
    got, _, err = hoso(*words)
    lines = [line for line in err.splitlines() if line.strip()]
    assert got == code
    assert "Traceback" not in err
    assert len(lines) == 1 or code == 3
    assert hint in err


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (("--period", "2024-9M"), ["2024-9M"]),
        (("--period", "2024-06", "--period", "2024-9M", "--period", "2024-06"), ["2024-06", "2024-9M"]),
        (("--period", "last-year@calendar", "--catch-up", "1"), ["2022@calendar", "2023@calendar"]),
    ],
)
def test_a_dry_run_prints_the_runs_and_makes_none(
    hoso: Command,
    tmp_path: Path,
    export: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    runs: list[str],
) -> None:
    """One line a run, of each period once, oldest first for those to catch up; nothing is written."""
    hoso("import", export, "--province", "ha-giang")
    monkeypatch.setattr(report, "date", Today)
    code, out, err = hoso("report", "review", "--province", "ha-giang", *words, "--dry-run")
    assert (code, err) == (0, "")
    assert out.splitlines() == [f"review ha-giang {period}" for period in runs]
    assert not (tmp_path / "reports").exists()


class Today(date):
    """A day on which 2023 is the last year."""

    @classmethod
    def today(cls) -> "Today":
        return cls(2024, 5, 1)


def test_a_parameter_of_an_analyst_s_own_notebook_stays_text(
    hoso: Command, tmp_path: Path, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """-p NAME VALUE, as papermill has it, but "01" is no number; values that look like options are values."""
    write_notebook(
        tmp_path / "notebooks", "mine", 'province = "ha-giang"\nperiod = "2024-9M"\nma = ""\nq = ""\n'
    )
    (tmp_path / "data" / "reference").mkdir(parents=True)
    monkeypatch.setenv("HOSO_ROOT", str(tmp_path))
    hoso("import", export, "--province", "ha-giang")
    own = ("report", "mine", "--province", "ha-giang", "--period", "2024-9M", "--dry-run")
    assert hoso(*own, "-p", "ma", "01")[1] == "mine-01 ha-giang 2024-9M\n"
    assert hoso(*own, "-p", "q", "--force", "-p", "ma", "a=b")[1] == "mine-a-b-force ha-giang 2024-9M\n"


def test_an_empty_store_is_lack_of_data(hoso: Command) -> None:
    """Exit code 3 and the command that helps."""
    code, _, err = hoso("figures", "--province", "ha-giang", "--period", "2024-9M")
    assert code == 3
    assert "hoso import" in err


def test_status_lists_imports_and_refused_rows(hoso: Command, tmp_path: Path) -> None:
    """Imports with their counts and version; refused rows with line, column and reason, never the value."""
    write_csv(tmp_path / "bad.csv", [*ROWS, ROW | {"id": "H22-x", "received": "31/02/2024"}])
    hoso("import", tmp_path / "bad.csv", "--province", "ha-giang")
    code, out, _ = hoso("status", "--rejects")
    assert code == 0
    assert "bad.csv" in out
    assert "Ngày tiếp nhận" in out
    assert "31/02/2024" not in out


@pytest.mark.parametrize(
    ("days", "era", "code", "into"),
    [
        (("01/05/2024", "30/06/2025"), (), 0, "63-64"),
        (("01/07/2025", "05/09/2025"), (), 0, "34-52"),
        (("20/06/2025", "05/07/2025"), (), 1, "--era"),
        (("20/06/2025", "05/07/2025"), ("--era", "34"), 0, "34-52"),
    ],
)
def test_the_era_of_a_name_both_eras_know_follows_from_the_data(
    hoso: Command, tmp_path: Path, days: tuple[str, str], era: tuple[str, ...], code: int, into: str
) -> None:
    """Gia Lai before and after 1/7/2025 are two provinces; a file over the border must say which it means."""
    write_csv(tmp_path / "a.csv", [{"id": day, "received": day, "status": "Đang xử lý"} for day in days])
    got, out, err = hoso("import", tmp_path / "a.csv", "--province", "gia-lai", *era)
    assert got == code
    assert into in out + err


def test_brackets_in_names_are_no_markup(hoso: Command, tmp_path: Path) -> None:
    """A unit or file whose name looks like the terminal's markup is printed as it is, after the import too."""
    write_csv(tmp_path / "[red] a [b].csv", [ROW | {"id": "1", "unit": "Sở ABC [/b] tỉnh"}])
    code, out, err = hoso("import", tmp_path / "[red] a [b].csv", "--province", "ha-giang")
    assert (code, err.strip()) == (0, "")
    assert "Sở ABC [/b] tỉnh" in " ".join(out.split())
    assert hoso("status")[0] == 0


@pytest.mark.parametrize("variable", ["HOSO_STORE", "HOSO_KEY"])
def test_a_fault_of_the_system_is_one_line(
    hoso: Command, tmp_path: Path, export: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """A path that is a file where a folder should be: one line, exit code 1, no traceback."""
    (tmp_path / "file").write_text("x", "utf-8")
    monkeypatch.setenv(variable, str(tmp_path / "file" / "below"))
    code, _, err = hoso("import", export, "--province", "ha-giang")
    assert code == 1
    assert len([line for line in err.splitlines() if line.strip()]) == 1
    assert "Traceback" not in err


def test_a_corrupted_table_is_one_line(hoso: Command, tmp_path: Path, export: Path) -> None:
    """A Parquet file of the facts that is damaged stops the command with a line that says what to do."""
    hoso("import", export, "--province", "ha-giang")
    for file in (tmp_path / "store" / "ledger").rglob("*.parquet"):
        file.write_bytes(b"PAR1 nothing PAR1")
    code, _, err = hoso("figures", "--province", "ha-giang", "--period", "2024-9M")
    assert code == 1
    assert "hoso status --repair" in err
    assert "Traceback" not in err


def test_every_command_of_the_readme_exists() -> None:
    """Each `hoso …` command in the README is a command of the program, and each command is in the README."""
    named = set(re.findall(r"hoso (\w+)", (ROOT / "README.md").read_text("utf-8")))
    commands = {
        command.name or command.callback.__name__
        for command in cli.app.registered_commands
        if command.callback
    }
    assert commands <= named
    assert {"import", "report", "figures", "verify", "status", "site", "sample"} <= commands
