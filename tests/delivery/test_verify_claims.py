"""`hoso verify` on a table of published figures: contradictions are told, only new ones fail."""

from pathlib import Path

from tests.delivery.conftest import Command

FILE = Path(__file__).parents[2] / "data" / "reference" / "published_figures.tsv"


def test_the_table_is_recognised_and_its_contradictions_are_told(hoso: Command) -> None:
    """Rows, what cannot be recomputed, and one line for each contradiction on record; exit code 0."""
    code, out, err = hoso("verify", FILE)
    assert (code, err.strip()) == (0, "")
    assert "438 dòng" in out
    assert "5 mâu thuẫn (5 đã biết, 0 mới)" in out
    assert "công bố 81%, tử số trên mẫu số cho 80,723%" in out


def test_a_new_contradiction_exits_with_one(hoso: Command, tmp_path: Path) -> None:
    """A tampered copy under any name fails, with the row, both values and the source on standard error."""
    copy = tmp_path / "copy.tsv"
    copy.write_text(
        FILE.read_text("utf-8").replace("\t97.9\t", "\t97.8\t").replace("\t68.80\t", "\t69.80\t"), "utf-8"
    )
    code, out, err = hoso("verify", copy)
    assert code == 1
    assert "1 mới" in out
    assert "dong-thap/2026-10-10/total" in err
    assert "69,8 điểm" in err


def test_a_faulty_table_is_one_line(hoso: Command, tmp_path: Path) -> None:
    """A number that is none is told with its line; no traceback."""
    copy = tmp_path / "copy.tsv"
    copy.write_text(FILE.read_text("utf-8").replace("\t68.80\t", "\t68,80\t"), "utf-8")
    code, _, err = hoso("verify", copy)
    assert code == 1
    assert "copy.tsv, dòng 8" in err
    assert "Traceback" not in err


def test_an_empty_table_is_no_verified_table(hoso: Command, tmp_path: Path) -> None:
    """A header alone: exit 3, one line; a byte order mark before it is no fault."""
    head = FILE.read_text("utf-8").splitlines()[0]
    (tmp_path / "empty.tsv").write_text(head + "\n", "utf-8-sig")
    code, _, err = hoso("verify", tmp_path / "empty.tsv")
    assert (code, len(err.strip().splitlines())) == (3, 1)
    (tmp_path / "marked.tsv").write_text(FILE.read_text("utf-8"), "utf-8-sig")
    assert hoso("verify", tmp_path / "marked.tsv")[0] == 0
