"""Published claims: every row again by the rule of its kind, every contradiction told, none hidden."""

from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from hoso.statistics.claims import COLUMNS, Claim, is_claims_file, read
from hoso.statistics.contradictions import Finding, check
from hoso.vocabulary.errors import InputError

FILE = Path(__file__).parents[2] / "data" / "reference" / "published_figures.tsv"
CLAIMS = read(FILE)
FINDINGS = {finding.claim.id: finding for finding in check(CLAIMS)}
KNOWN = {
    "ha-giang/2024-9m/nhiem-vu-de-an-06": ("81", "80,723"),
    "thua-thien-hue/khong-ghi-ky/muc-1-2-truoc-dung-qua-da-xu-ly": ("257.141", "247.529"),
    "toan-quoc/2024/par-index-tang-giam": ("63", "62"),
    "gia-lai/2026-03/so-hoa-ho-so-ty-le-diem-tren-diem-toi-da": ("40,5", "41,36"),
    "lam-dong/2019-10/district/ho-so-cua-cac-huyen-tong-cac-phan": ("17.651", "17.655"),
}


def rows() -> list[list[str]]:
    return [line.split("\t") for line in FILE.read_text("utf-8").splitlines()]


def altered(folder: Path, claim: str, **changes: str) -> Path:
    """A copy of the file with some cells of one row changed."""
    table = rows()
    row = next(r for r in table if r[0] == claim)
    for name, value in changes.items():
        row[COLUMNS.index(name)] = value
    path = folder / "published.tsv"
    path.write_text("\n".join("\t".join(r) for r in table) + "\n", "utf-8")
    return path


def outcome(path: Path) -> tuple[set[str], set[str]]:
    """The ids of known and of new contradictions."""
    found = check(read(path))
    return tuple({f.claim.id for f in found if f.status == s} for s in ("known", "contradiction"))  # type: ignore[return-value]


def recomputed_plainly(claim: Claim) -> Fraction | None:
    """Rates and sums again in plain Python, straight from the text of the file."""
    row = dict(zip(COLUMNS, next(r for r in rows() if r[0] == claim.id), strict=True))
    if row["kind"] not in ("rate", "sum"):
        return None
    top = sum(Fraction(part) for part in row["numerator"].split(";"))
    if row["kind"] == "sum":
        return top
    return top / Fraction(row["denominator"]) * (100 if row["unit"] == "%" else 1)


def test_every_row_is_there() -> None:
    """436 rows of the survey and the two contradictions it only named; each with its source."""
    assert len(CLAIMS) == 438
    assert all(claim.source for claim in CLAIMS)
    assert Counter(claim.kind for claim in CLAIMS) == {
        "group": 207, "rate": 69, "score": 52, "total": 38, "rank": 37, "single": 18, "sum": 15, "mean": 1, "grade": 1,
    }  # fmt: skip


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.id not in KNOWN], ids=lambda c: c.id)
def test_every_row_agrees_with_its_parts(claim: Claim) -> None:
    """What has parts is verified; nothing but the rows on record contradicts."""
    finding = FINDINGS[claim.id]
    assert finding.status in ("verified", "bounded", "single"), str(finding)
    if claim.kind in ("rate", "sum", "mean", "grade") or (
        claim.kind == "score" and None not in claim.numerator
    ):
        assert finding.status == "verified"
    plain = recomputed_plainly(claim)
    if plain is not None:
        assert abs(plain - Fraction(claim.value)) <= Fraction(1, 2 * 10**claim.decimals)
        assert finding.ranges[0].low == plain


@pytest.mark.parametrize("name", KNOWN)
def test_contradictions_on_record_are_told_with_both_values(name: str) -> None:
    """Printed value, recomputed value and the explanation stand in one line."""
    finding: Finding = FINDINGS[name]
    assert finding.status == "known"
    assert all(value in str(finding) for value in KNOWN[name])
    assert finding.claim.note in str(finding)


def test_the_34_totals_ranks_and_the_mean() -> None:
    """Totals within 0,03 of their groups, ranks those of the totals, and the mean as the portal forms it."""
    of_2026 = [f for f in FINDINGS.values() if f.claim.period == "2026-01-01..2026-10-10"]
    for kind in ("total", "rank"):
        assert [f.status for f in of_2026 if f.claim.kind == kind] == ["verified"] * 34
    totals = {f.claim.province: Fraction(f.claim.value) for f in of_2026 if f.claim.kind == "total"}
    for f in of_2026:
        if f.claim.kind == "rank":
            mine = totals[f.claim.province]
            assert int(Fraction(f.claim.value)) == 1 + sum(other > mine for other in totals.values())
    assert FINDINGS["toan-quoc/2026-10-10/total"].status == "verified"


def test_groups_are_held_against_their_criteria() -> None:
    """Where all raw counts of a group are known its points come out again; where some are, they bound it."""
    assert FINDINGS["dong-thap/2026-10-10/mdsh"].status == "verified"
    assert FINDINGS["dong-thap/2026-10-10/ckmb"].status == "verified"
    assert FINDINGS["thai-nguyen/2026-10-10/ckmb"].status == "bounded"
    assert FINDINGS["dong-thap/2026-10-10/tttt"].status == "bounded"
    assert FINDINGS["gia-lai/2026-10-10/ckmb"].status == "single"
    assert (
        FINDINGS["phu-tho/2026-08/tthc-2-000815/cung-cap-dich-vu-cong-truc-tuyen/diem"].status == "verified"
    )


@pytest.mark.parametrize(
    ("claim", "changes", "new"),
    [
        # a printed rate beyond half of its last digit
        ("ben-tre/2021-05/da-giai-quyet-tiep-nhan", {"value": "80.8"}, {"ben-tre/2021-05/da-giai-quyet-tiep-nhan"}),
        # a count behind a score: the rate of the same criterion no longer has the same fraction
        (
            "ha-tinh/2026-10-10/processed-on-time/diem",
            {"numerator": "158229"},
            {"ha-tinh/2026-10-10/processed-on-time/diem", "ha-tinh/2026-10-10/tdgq"},
        ),
        # a score by one cent, and so the group that adds it up is still right
        ("ha-tinh/2026-10-10/publish-on-time/diem", {"value": "9.99"}, {"ha-tinh/2026-10-10/publish-on-time/diem"}),
        # a total beyond 0,03: its province and whom it passes have other ranks
        ("gia-lai/2026-10-10/total", {"value": "66.27"}, {"gia-lai/2026-10-10/total"}),
        (
            "gia-lai/2026-10-10/total",
            {"value": "67.19"},
            {
                "gia-lai/2026-10-10/total", "gia-lai/2026-10-10/total/hang",
                "hai-phong/2026-10-10/total/hang",
            },
        ),
        # two ranks exchanged
        (
            "dong-nai/2026-10-10/total/hang",
            {"value": "1", "numerator": "1"},
            {"dong-nai/2026-10-10/total/hang"},
        ),
        # the word of a grade
        ("ha-giang/2024-9m/total/loai", {"value": "Khá"}, {"ha-giang/2024-9m/total/loai"}),
        # the national mean
        ("toan-quoc/2026-10-10/total", {"value": "62.58"}, {"toan-quoc/2026-10-10/total"}),
        # a maximum, and "of how many", that are not those of the scorecard and of the table
        ("dong-thap/2026-10-10/ckmb", {"denominator": "12"}, {"dong-thap/2026-10-10/ckmb"}),
        ("dong-thap/2026-10-10/total", {"denominator": "120"}, {"dong-thap/2026-10-10/total"}),
        ("dong-thap/2026-10-10/total/hang", {"denominator": "35"}, {"dong-thap/2026-10-10/total/hang"}),
        ("toan-quoc/2026-10-10/total", {"denominator": "33"}, {"toan-quoc/2026-10-10/total"}),
        # a total above all there is
        ("ha-giang/2024-9m/total", {"value": "125.34"}, {"ha-giang/2024-9m/total"}),
        # a group over its maximum
        (
            "ha-tinh/2022/dvctt",
            {"value": "12.5"},
            {"ha-tinh/2022/dvctt"},
        ),
    ],
)  # fmt: skip
def test_a_tampered_copy_fails(tmp_path: Path, claim: str, changes: dict[str, str], new: set[str]) -> None:
    """Whatever is altered turns up as a new contradiction, in its own row and in those that rest on it."""
    known, found = outcome(altered(tmp_path, claim, **changes))
    assert found == new
    assert known == set(KNOWN)


def test_parts_of_a_total_that_are_not_its_groups_are_told(tmp_path: Path) -> None:
    """Two groups altered against each other leave the sum right and are found all the same."""
    path = altered(tmp_path, "gia-lai/2026-10-10/total", numerator="12.79;16.17;9.14;7.21;9.62;11.3")
    assert outcome(path)[1] == {"gia-lai/2026-10-10/total"}


def test_a_known_contradiction_is_known_with_its_two_values_only(tmp_path: Path) -> None:
    """Another printed value, or one that agrees, is not what is on record."""
    hue = "thua-thien-hue/khong-ghi-ky/muc-1-2-truoc-dung-qua-da-xu-ly"
    for value in ("257142", "247529"):
        known, found = outcome(altered(tmp_path, hue, value=value))
        assert found == {hue}
        assert hue not in known


def test_one_figure_printed_twice_with_two_values_is_told(tmp_path: Path) -> None:
    """The second row is held against the first."""
    table = rows()
    again = list(next(r for r in table if r[0] == "hoa-binh/2022-9m/ty-le-dung-han"))
    again[0], again[COLUMNS.index("value")] = "hoa-binh/again", "96.9"
    path = tmp_path / "twice.tsv"
    path.write_text("\n".join("\t".join(r) for r in [*table, again]) + "\n", "utf-8")
    assert outcome(path)[1] == {"hoa-binh/again"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"source": ""}, "thiếu source"),
        ({"kind": "guess"}, "không có loại guess"),
        ({"level": "ward"}, "không có cấp ward"),
        ({"province": "atlantis"}, "atlantis"),
        ({"era": "64"}, "64"),
        ({"period": "9T2024"}, "9T2024"),
        ({"value": "85,37"}, "không phải số"),
        ({"denominator": "0"}, "thiếu số liệu"),
        ({"numerator": "35;"}, "thiếu số liệu"),
        ({"known_gap": "1", "note": ""}, "không có lý do"),
    ],
)
def test_the_loader_is_strict(tmp_path: Path, changes: dict[str, str], told: str) -> None:
    """A fault is refused in one line that names the file's line."""
    path = altered(tmp_path, "ha-giang/2024-9m/nhiem-vu-cchc-hoan-thanh", **changes)
    with pytest.raises(InputError, match="dòng") as caught:
        read(path)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_id_given_twice_and_another_header_are_refused(tmp_path: Path) -> None:
    """One row a claim; the header decides what the file is."""
    path = altered(tmp_path, "quang-ninh/2023/sipas", id="thai-nguyen/2023/sipas")
    with pytest.raises(InputError, match="trùng mã"):
        read(path)
    assert is_claims_file(path)
    other = tmp_path / "other.tsv"
    other.write_text("id\tvalue\n1\t2\n", "utf-8")
    assert not is_claims_file(other)
    with pytest.raises(InputError, match="cột khác"):
        read(other)
