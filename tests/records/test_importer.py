"""Imports: every row accounted for, atomic, repeatable, and safe side by side."""

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from hoso.records import importer, keys, ledger, merge, repair
from hoso.records.intake import read
from hoso.records.intake.columns import COLUMNS_FILE, load_columns
from hoso.records.store import Store
from hoso.vocabulary.errors import StoreError
from tests.stores import HA_GIANG, data, load, prepare, write_csv

ROW = {"received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}


def rows(count: int, start: int = 0, **more: object) -> list[dict[str, object]]:
    return [ROW | {"id": f"H22-{i:06d}"} | more for i in range(start, start + count)]


def facts(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(prepare(folder).files("facts"), hive_partitioning=True)


def test_new_dossiers_are_accepted_and_counted(tmp_path: Path) -> None:
    """read = accepted + replaced + rejected + skipped, and the facts hold exactly the accepted dossiers."""
    done = load(tmp_path, [*rows(5), ROW | {"id": ""}, ROW | {"id": "x", "received": "31/02/2024"}])
    assert (done.read, done.accepted, done.replaced, done.rejected, done.skipped) == (7, 5, 0, 2, 0)
    assert facts(tmp_path).height == 5


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    """Importing a file twice makes no commit, adds no row to any table, and says that all rows were skipped."""
    load(tmp_path, [*rows(5), ROW | {"id": ""}])
    store = prepare(tmp_path)
    before = {table: store.version(table) for table in ("facts", "ledger", "rejects", "imports")}
    again = load(tmp_path, [*rows(5), ROW | {"id": ""}])
    assert (again.read, again.accepted, again.rejected, again.skipped) == (6, 0, 0, 6)
    assert {table: store.version(table) for table in before} == before


def test_a_later_export_replaces_the_earlier_row(tmp_path: Path) -> None:
    """A dossier seen again replaces its row, also when its month of receipt was corrected; unchanged rows are skipped."""
    load(tmp_path, rows(4), "first.csv")
    changed = [*rows(1), rows(1, 1)[0] | {"received": "05/12/2023 08:00"}, *rows(2, 2), *rows(1, 4)]
    changed[0]["finished"] = "12/01/2024 10:00"
    done = load(tmp_path, changed, "second.csv")
    assert (done.read, done.accepted, done.replaced, done.skipped) == (5, 1, 2, 2)
    now = facts(tmp_path)
    assert now.height == 5
    assert now["dossier"].n_unique() == 5
    assert now.filter(pl.col("punctuality") == "late").height == 1


def test_of_a_dossier_twice_in_a_file_the_last_row_counts(tmp_path: Path) -> None:
    """The later row of a file replaces the earlier one, and both are accounted for."""
    done = load(tmp_path, [*rows(1, status="Đang xử lý", finished=""), *rows(1)])
    assert (done.read, done.accepted, done.replaced) == (2, 1, 1)
    assert facts(tmp_path)["status"].to_list() == [10]


def test_the_ledger_follows_every_import(tmp_path: Path) -> None:
    """After a replacement the ledger holds the new state only: 3 dossiers, of which 1 late."""
    load(tmp_path, rows(3), "first.csv")
    load(tmp_path, rows(1, finished="20/01/2024 09:00"), "second.csv")
    daily = data(tmp_path).daily
    assert daily[["received_all", "closed_all", "late"]].sum().to_dict() == {
        "received_all": 3, "closed_all": 3, "late": 1,
    }  # fmt: skip


def test_no_personal_value_reaches_the_store(tmp_path: Path) -> None:
    """Name, phone and the dossier id itself are in no file of the store but the private table, which has mode 600."""
    file = tmp_path / "personal.csv"
    header = "Mã hồ sơ,Đơn vị giải quyết,Trạng thái,Ngày tiếp nhận,Chủ hồ sơ,Số điện thoại,Ghi chú"
    good = "H22-SECRET-1,Sở Tư pháp,Đang xử lý,02/01/2024,Zyxwvut Qponml,0987654321,Zyxwvut gọi lại"
    bad = "H22-SECRET-2,Sở Tư pháp,Zyxwvut Qponml,02/01/2024,Zyxwvut Qponml,0987654321,x"
    file.write_text(f"{header}\n{good}\n{bad}\n", "utf-8")
    done = importer.import_file(prepare(tmp_path), file, HA_GIANG, keys.load(tmp_path / "key"))
    assert (done.accepted, done.rejected) == (1, 1)
    private = tmp_path / "store" / "private"
    (kept,) = private.rglob("*.parquet")
    assert (stat.S_IMODE(private.stat().st_mode), stat.S_IMODE(kept.stat().st_mode)) == (0o700, 0o600)
    tables = [pl.read_parquet(f).write_json() for f in (tmp_path / "store").rglob("*.parquet") if f != kept]
    notes = [f.read_text("utf-8") for f in (tmp_path / "store").rglob("*.json")]
    assert tables
    for text in [*tables, *notes]:
        assert "Zyxwvut" not in text
        assert "0987654321" not in text
        assert "SECRET" not in text


def test_drill_down_finds_the_id_behind_a_pseudonym(tmp_path: Path) -> None:
    """The private table leads from a pseudonym back to the id, for those who may open it."""
    load(tmp_path, rows(2))
    digest = facts(tmp_path)["dossier"].sort()[0]
    found = keys.recall(tmp_path / "store" / "private", "63-02", [digest])
    assert keys.pseudonym(keys.load(tmp_path / "key"), found[digest]) == digest


def test_a_store_refuses_another_key(tmp_path: Path) -> None:
    """With another key the same dossiers would count twice, so the import stops before it reads."""
    load(tmp_path, rows(1))
    with pytest.raises(StoreError, match="không phải khóa đã dùng khi lập kho"):
        Store.prepare(tmp_path / "store", tmp_path / "other-key")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The key is made with mode 600; one with wider rights is not used."""
    keys.load(tmp_path / "key")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(StoreError, match="600"):
        keys.load(tmp_path / "key")


def test_a_death_after_the_facts_is_healed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the facts and the ledger: readers see the state before; healing builds the ledger, no import is lost."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    load(tmp_path, rows(2), "first.csv")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(ledger, "rebuild", die)
        load(tmp_path, rows(3, 10), "second.csv")
    assert facts(tmp_path).height == 5
    assert int(data(tmp_path).daily["received_all"].sum()) == 2
    importer.heal(prepare(tmp_path))
    assert int(data(tmp_path).daily["received_all"].sum()) == 5
    assert set(prepare(tmp_path).frame("imports")["file"]) == {"first.csv", "second.csv"}


def test_a_commit_of_another_tool_rebuilds_the_ledger(tmp_path: Path) -> None:
    """Rows that another program deleted from the facts leave the ledger too, once it is healed."""
    load(tmp_path, rows(4))
    DeltaTable(str(tmp_path / "store" / "facts")).delete(f"dossier = '{facts(tmp_path)['dossier'][0]}'")
    importer.heal(prepare(tmp_path))
    assert int(data(tmp_path).daily["received_all"].sum()) == 3


def test_a_death_before_the_facts_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before the commit, the facts are as they were, and the same file can be imported."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    load(tmp_path, rows(2), "first.csv")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(merge, "commit", die)
        load(tmp_path, rows(3, 10), "second.csv")
    assert facts(tmp_path).height == 2
    assert load(tmp_path, rows(3, 10), "second.csv").accepted == 3
    assert facts(tmp_path).height == 5


SIDE_BY_SIDE = """
import sys
from pathlib import Path
from tests.stores import load
from tests.records.test_importer import rows
folder, name, start = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
load(folder, rows(300, start), name)
"""


def test_two_imports_at_once_lose_nothing(tmp_path: Path) -> None:
    """Two processes that import into the same months of one province leave the dossiers of both, and a whole ledger."""
    prepare(tmp_path)
    starts = {"a.csv": 0, "b.csv": 200}  # 100 dossiers are in both
    children = [
        subprocess.Popen(
            [sys.executable, "-c", SIDE_BY_SIDE, str(tmp_path), name, str(start)],
            cwd=Path(__file__).parents[2],
        )
        for name, start in starts.items()
    ]
    assert [child.wait(120) for child in children] == [0, 0]
    assert facts(tmp_path)["dossier"].n_unique() == 500
    assert int(data(tmp_path).daily["received_all"].sum()) == 500
    imports = prepare(tmp_path).frame("imports")
    assert imports["read"].sum() == 600
    assert imports["accepted"].sum() + imports["skipped"].sum() == 600


def test_unknown_units_are_registered_with_the_level_of_their_name(tmp_path: Path) -> None:
    """A unit nobody knows is registered and listed, not refused."""
    names = ["Sở Không Có", "UBND huyện Mới", "UBND xã Lạ"]
    done = load(tmp_path, [ROW | {"id": name, "unit": name} for name in names])
    assert done.accepted == 3
    assert sorted(done.details["units_found"]) == sorted(names)
    units = prepare(tmp_path).frame("units")
    assert dict(zip(units["name"], units["level"], strict=True)) == {
        "Sở Không Có": "department", "UBND huyện Mới": "district", "UBND xã Lạ": "commune",
    }  # fmt: skip


def test_a_known_unit_is_found_in_any_spelling(tmp_path: Path) -> None:
    """Tone placement, case, NFD and the words before a name do not make a new unit."""
    spellings = [
        "UBND huyện Đồng Văn",
        "Ủy ban nhân dân huyện Đồng Văn",
        "UỶ BAN NHÂN DÂN HUYỆN ĐỒNG VĂN",
        "ubnd  huyện Ðồng Văn",
    ]
    done = load(tmp_path, [ROW | {"id": name, "unit": name} for name in spellings])
    assert done.details["units_found"] == []
    assert facts(tmp_path)["unit_id"].unique().to_list() == ["huyen-dong-van"]


def test_a_procedure_catalogue_is_merged_by_procedure_and_day(tmp_path: Path) -> None:
    """A catalogue is recognised by its content; a later one replaces the rows it changes."""
    head = "Mã TTHC,Tên thủ tục hành chính,Lĩnh vực,Mức độ DVC,Cấp thực hiện,Có nghĩa vụ tài chính,Thanh toán trực tuyến,Ngày hiệu lực\n"
    lines = [
        "1.000010,A,Hộ tịch,Toàn trình,Cấp xã,Có,Có,01/01/2023",
        "1.000020,B,Hộ tịch,Một phần,Cấp xã,Có,Không,01/01/2023",
    ]
    first, second = tmp_path / "danh-muc.csv", tmp_path / "danh-muc-2.csv"
    first.write_text(head + "\n".join(lines), "utf-8")
    second.write_text(head + lines[0] + "\n" + lines[1].replace("Có,Không", "Có,Có"), "utf-8")
    store, key = prepare(tmp_path), keys.load(tmp_path / "key")
    done = importer.import_file(store, first, HA_GIANG, key)
    assert (done.kind, done.accepted) == ("procedures", 2)
    again = importer.import_file(store, second, HA_GIANG, key)
    assert (again.replaced, again.skipped) == (1, 1)
    assert store.frame("procedures").sort("procedure_id")["online_payment"].to_list() == [True, True]


def test_an_import_says_what_it_did_in_its_details(tmp_path: Path) -> None:
    """The imports table keeps what was skipped and repaired, as JSON."""
    load(tmp_path, rows(1, received="2024-01-02 08:00:00"))
    details = json.loads(prepare(tmp_path).frame("imports")["details"][0])
    assert details["repaired"]["date_form"] >= 1


def test_a_csv_helper_writes_what_it_is_given(tmp_path: Path) -> None:
    """The tests' own exports carry their headers (a guard for the tests above)."""
    text = write_csv(tmp_path / "a.csv", rows(1)).read_text("utf-8")
    assert text.startswith("Mã hồ sơ,")
    assert "H22-000000" in text


def test_a_store_may_have_a_vietnamese_name(tmp_path: Path) -> None:
    """Spaces and Vietnamese letters in the path of the store are fine: most clones lie under such a folder."""
    folder = tmp_path / "Tài liệu của tôi"
    folder.mkdir()
    load(folder, rows(3), "first.csv")
    load(folder, rows(3, 2), "second.csv")
    assert int(data(folder).daily["received_all"].sum()) == 5
    assert not list(tmp_path.rglob("*%*"))


def test_a_path_with_a_pattern_is_refused(tmp_path: Path) -> None:
    """The characters that the engines read as patterns are refused before anything is written."""
    with pytest.raises(StoreError, match="đường dẫn không có"):
        Store.prepare(tmp_path / "kho[1]", tmp_path / "key")
    assert not (tmp_path / "kho[1]").exists()


def test_a_refused_row_comes_in_when_its_word_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a word was added to columns.toml the same file is read again: the row refused before is accepted."""
    unknown = ROW | {"id": "H22-x", "status": "Chờ ký duyệt"}
    first = load(tmp_path, [*rows(2), unknown])
    assert (first.accepted, first.rejected) == (2, 1)
    words = (
        (COLUMNS_FILE).read_text("utf-8").replace('4 = ["Đang xử lý"', '4 = ["Chờ ký duyệt", "Đang xử lý"')
    )
    changed = tmp_path / "columns.toml"
    changed.write_text(words, "utf-8")
    monkeypatch.setattr(importer, "_columns_digest", lambda: "other")
    monkeypatch.setattr(importer, "read", lambda path: read(path, load_columns(changed)))
    again = load(tmp_path, [*rows(2), unknown])
    assert (again.accepted, again.rejected, again.skipped) == (1, 0, 2)


def test_an_end_nobody_dated_accuses_no_unit(tmp_path: Path) -> None:
    """A dossier with a closing status and no end date stays pending, but never overdue."""
    load(tmp_path, rows(1, finished="", due="10/01/2024"))
    only = facts(tmp_path)
    assert only["closed_on"].to_list() == [None]
    assert only["overdue_on"].to_list() == [None]


def test_a_damaged_note_of_the_store_is_one_line(tmp_path: Path) -> None:
    """A store.json that is no JSON is told as such."""
    load(tmp_path, rows(1))
    (tmp_path / "store" / "store.json").write_text("{", "utf-8")
    with pytest.raises(StoreError, match="ghi chú của kho dữ liệu bị hỏng"):
        Store.open(tmp_path / "store")


def test_a_missing_ledger_names_its_repair(tmp_path: Path) -> None:
    """Without a ledger the error names the command that builds it, and that command does."""
    load(tmp_path, rows(2))
    shutil.rmtree(tmp_path / "store" / "ledger")
    with pytest.raises(StoreError, match="--repair"):
        data(tmp_path)
    assert repair.ledger_again(prepare(tmp_path))
    assert int(data(tmp_path).daily["received_all"].sum()) == 2


def test_dossiers_after_the_end_of_a_province_are_refused(tmp_path: Path) -> None:
    """Hà Giang ended on 30/6/2025: a dossier received there on 1/7 is refused with where it belongs; nothing is lost."""
    rows = [{"id": "a", "received": "30/06/2025 08:00"}, {"id": "b", "received": "01/07/2025 08:00"}]
    done = load(tmp_path, rows)
    assert (done.read, done.accepted, done.rejected) == (2, 1, 1)
    (reason,) = prepare(tmp_path).frame("rejects")["reason"]
    assert reason == "tiếp nhận sau ngày 30/6/2025, khi đã thuộc tỉnh Tuyên Quang"


def test_an_end_in_the_future_is_refused(tmp_path: Path) -> None:
    """Finished in 2034 is a slip of the pen; it would make every period look closed."""
    rows = [{"id": "a", "received": "16/04/2024 08:00", "finished": "17/04/2034 10:00"}]
    done = load(tmp_path, rows)
    assert (done.accepted, done.rejected) == (0, 1)
    assert prepare(tmp_path).frame("rejects")["reason"].to_list() == ["kết thúc xử lý ở tương lai"]
