"""The portal's real rows of data/sample/portal, under the library's names."""

import csv
from pathlib import Path

from hoso.statistics.scorecard import Given

FOLDER = Path(__file__).parents[3] / "data" / "sample" / "portal"
NAMES = {
    "TDGQ_2_1": "PROCESSED_ON_TIME",
    "PAY_3_6_DOSSIERS": "PAYMENT_DOSSIER",
    "PAY_B_FORMALITIES": "PAYMENT_FORMALITY_USED",
    "PAY_C_FORMALITIES": "PAYMENT_FORMALITY_PROVIDED",
}
GROUPS = ("CKMB", "TDGQ", "DVCTT", "TTTT", "MDHL", "MDSH")
UNIT_COLUMNS = {"DVCTT": "ONLINE"}
NATIONAL_COLUMNS = {"DVCTT": "CLGQ_online12", "TTTT": "TTTT_payment10"}


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def number(text: str) -> float | None:
    return None if text in ("", "null") else float(text)


def level(row: dict[str, str]) -> str:
    """The scorecard's level: the portal calls a provincial agency PROVINCE or AGENCY and the province itself PARENT."""
    words = {"PARENT": "province", "PROVINCE": "agency", "AGENCY": "agency", "COMMUNE": "commune"}
    return words[row.get("level") or row["group"]]


def payment(row: dict[str, str]) -> list[Given]:
    """The three payment criteria of a row with raw counts."""
    fees = number(row["totalFeeFormality"])
    return [
        Given(
            "PAYMENT_DOSSIER",
            number(row["totalDossierOnlinePaymentSuccess"]),
            number(row["totalDossierFinancialObligation"]),
        ),
        Given("PAYMENT_FORMALITY_USED", number(row["totalDossierOnlineFormalityPaymentSuccess"]), fees),
        Given("PAYMENT_FORMALITY_PROVIDED", number(row["totalFeeDossierFormality"]), fees),
    ]


def online(row: dict[str, str]) -> list[Given]:
    """The three criteria of online services of a province's row."""
    offered = int(row["partialCount"]) + int(row["fullCount"])
    return [
        Given("ONLINE_PROVIDED", offered, number(row["authorityCount"])),
        Given("ONLINE_USED", number(row["onlineDossierCount"]), number(row["onlineServiceTotal"])),
        Given("ONLINE_DOSSIER", number(row["channelOnlineSum"]), number(row["channelTotalSum"])),
    ]


def groups(row: dict[str, str], columns: dict[str, str]) -> list[Given]:
    """The six printed group scores of a unit or province."""
    return [Given(group, score=number(row[columns.get(group, group)])) for group in GROUPS]
