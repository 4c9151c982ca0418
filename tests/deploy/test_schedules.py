"""The files in deploy/: what each scheduler would start is a command that hoso takes, on the right nights, in a tight unit."""

from __future__ import annotations

import py_compile
import re
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path

import pytest
import typer
from lxml import etree

from hoso.delivery import cli
from hoso.delivery.notify import Target
from hoso.vocabulary.periods import Period, resolve
from tests.conftest import missing
from tests.deploy import jobs
from tests.deploy.jobs import DEPLOY, TASK, Job
from tests.stores import write_csv

ROOT = DEPLOY.parent
AIRFLOW, DAGSTER = (DEPLOY / name / "hoso_monthly.py" for name in ("airflow", "dagster"))
NIGHTS = {15, 16, 17, 18, 19, 20}


def parsed(words: Job) -> dict[str, object]:
    """What the real command line makes of the words; it raises for an option that does not exist."""
    group = typer.main.get_command(cli.app)
    name, *rest = words
    return group.commands[name].make_context(name, rest).params  # type: ignore[attr-defined, no-any-return]


def cron(tmp_path: Path) -> dict[str, Job]:
    """What cron's shell starts, with a program in hoso's place that writes its words."""
    found = {}
    spy = tmp_path / "hoso"
    spy.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {tmp_path}/words\n")
    spy.chmod(0o755)
    for _, _, command in jobs.cron_lines():
        here = command.replace("/srv/hoso/reports", str(tmp_path))
        subprocess.run(["/bin/sh", "-c", here], check=True, env={"HOSO": str(spy), "PATH": "/usr/bin:/bin"})
        words = tuple((tmp_path / "words").read_text().split())
        found[words[3]] = words
    return found


# ── the commands ─────────────────────────────────────────────────────────────────────────────────


def every_job(tmp_path: Path) -> list[Job]:
    kinds = (jobs.systemd(), jobs.windows(), jobs.python(AIRFLOW), jobs.python(DAGSTER), cron(tmp_path))
    assert [len(kind) for kind in kinds] == [2] * 5
    return [words for kind in kinds for words in kind.values()] + list(jobs.told())


def test_every_command_is_one_that_hoso_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options, notebooks, periods and the target are real: a renamed option fails here, not at night."""
    monkeypatch.setenv("HOSO_NOTIFY", "mailto:van-phong@tinh.example")
    found = every_job(tmp_path)
    assert len(found) >= 13
    for words in found:
        given = parsed(words)
        names, periods = given["names"], given["period"]
        assert all((ROOT / "notebooks" / f"{name}.ipynb").is_file() for name in names)  # type: ignore[attr-defined]
        for period in periods:  # type: ignore[attr-defined]
            assert resolve(period, date(2026, 9, 15), given["catch_up"])  # type: ignore[arg-type]
        if given["notify"]:
            assert Target.of(str(given["notify"])).addresses


def test_a_renamed_option_would_be_seen() -> None:
    """A guard for the test above."""
    words = next(iter(jobs.systemd().values()))
    with pytest.raises(Exception, match="No such option"):
        parsed((*words, "--catchup", "2"))


def test_every_scheduler_starts_the_same_jobs(tmp_path: Path) -> None:
    """One machine's reports are another's; only Airflow and Dagster tell of failures in their own way."""
    notify = ("--notify", "env:HOSO_NOTIFY")
    plain = set(jobs.python(AIRFLOW).values())
    assert set(jobs.python(DAGSTER).values()) == plain
    told = {(job[0], *notify, *job[1:]) for job in plain}
    for kind in (jobs.systemd(), jobs.windows(), cron(tmp_path)):
        assert set(kind.values()) == told


@pytest.mark.parametrize("file", [AIRFLOW, DAGSTER], ids=["airflow", "dagster"])
def test_the_examples_compile(file: Path, tmp_path: Path) -> None:
    """Airflow and Dagster are not installed for the tests; that their names exist was seen by hand (deploy/README.md)."""
    py_compile.compile(str(file), cfile=str(tmp_path / "out.pyc"), doraise=True)


# ── the nights ───────────────────────────────────────────────────────────────────────────────────


def test_the_nights_are_those_after_the_cut_off() -> None:
    """From the 15th to the 20th, so that last-month is the month that ended on the 14th, and late exports come in."""
    assert {schedule.split(None, 1)[1] for schedule, _, _ in jobs.cron_lines()} == {"2 15-20 * *"}
    for file in (AIRFLOW, DAGSTER):
        assert "30 2 15-20 * *" in file.read_text("utf-8")
    for file in (DEPLOY / "windows").glob("*.xml"):
        tree = etree.parse(file)
        assert {int(day.text) for day in tree.iter(f"{TASK}Day")} == NIGHTS
        assert len(tree.find(f".//{TASK}Months")) == 12
    assert all(resolve("last-month", date(2026, 9, day), 0) == ["2026-09"] for day in NIGHTS)


def test_systemd_reads_the_same_nights(analyze: str) -> None:
    """Half past two in Viet Nam, whatever clock the machine keeps."""
    (spec,) = re.findall(r"(?m)^OnCalendar=(.+)$", (DEPLOY / "systemd" / "hoso@.timer").read_text("utf-8"))
    command = [analyze, "calendar", "--iterations=12", "--base-time=2026-09-01 00:00:00 UTC", spec]
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"TZ": "Asia/Ho_Chi_Minh", "LC_ALL": "C"}
    )
    found = re.findall(r"(2026-\d\d-\d\d \d\d:\d\d:\d\d) \+07", said.stdout)
    moments = [datetime.fromisoformat(text) for text in found]
    assert {(moment.day, moment.hour, moment.minute) for moment in moments} == {
        (day, 2, 30) for day in NIGHTS
    }
    assert {moment.month for moment in moments} == {9, 10}


# ── systemd ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def analyze() -> str:
    """systemd's own checker; it runs without systemd."""
    found = shutil.which("systemd-analyze")
    if found is None:
        missing("systemd-analyze (package systemd)", "HOSO_REQUIRE_SYSTEMD")
    return str(found)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with programs that exist where they look for them."""
    root, folder = tmp_path / "root", tmp_path / "units"
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "hoso").write_text("#!/bin/sh\n")
    (root / ".venv" / "bin" / "hoso").chmod(0o755)
    shutil.copytree(DEPLOY / "systemd", root / "deploy" / "systemd")
    folder.mkdir()
    for file in [*(DEPLOY / "systemd").glob("*.service"), *(DEPLOY / "systemd").glob("*.timer")]:
        (folder / file.name).write_text(file.read_text("utf-8").replace("/srv/hoso", str(root)), "utf-8")
    return folder


def complaints(analyze: str, units: Path) -> str:
    names = ["hoso@reports.service", "hoso@reports.timer", "hoso-failed@reports.service"]
    command = [analyze, "verify", "--man=no", *names]
    environment = {"SYSTEMD_UNIT_PATH": f"{units}:", "PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    said = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    # Of the machine's own units systemd complains too.
    lines = (said.stdout + said.stderr).splitlines()
    return "\n".join(line for line in lines if "hoso" in line or str(units) in line)


def test_systemd_takes_the_units(analyze: str, units: Path) -> None:
    """No unknown key, no missing program, no unit that is not there."""
    assert complaints(analyze, units) == ""


@pytest.mark.parametrize(
    ("wrong", "told"), [("Presistent=true", "Presistent"), ("OnCalendar=*-*-15..32 02:30", "calendar")]
)
def test_a_slip_in_a_unit_would_be_seen(wrong: str, told: str, analyze: str, units: Path) -> None:
    """A guard for the test above."""
    file = units / "hoso@.timer"
    file.write_text(file.read_text("utf-8").replace("Persistent=true", wrong), "utf-8")
    assert told in complaints(analyze, units)


def test_the_unit_is_tight(analyze: str, units: Path) -> None:
    """systemd's own rating stays at 2.0 of 10 or better (0 is unreachable for a program that has to send mail)."""
    command = [analyze, "security", "--offline=true", "--no-pager", "--threshold=20", "hoso@reports.service"]
    environment = {"SYSTEMD_UNIT_PATH": f"{units}:", "PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    said = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert said.returncode == 0, said.stdout[-300:]
    assert "exposure level" in said.stdout


def test_the_unit_keeps_what_a_batch_promises() -> None:
    """What was missed is made; one notebook too large does not end the batch; stopping is Ctrl-C; failures are told."""
    service = (DEPLOY / "systemd" / "hoso@.service").read_text("utf-8").splitlines()
    timer = (DEPLOY / "systemd" / "hoso@.timer").read_text("utf-8").splitlines()
    assert "Persistent=true" in timer
    kept = {
        "OOMPolicy=continue",
        "KillSignal=SIGINT",
        "KillMode=mixed",
        "User=hoso",
        "OnFailure=hoso-failed@%i.service",
    }
    assert kept <= set(service)
    assert (DEPLOY / "systemd" / "hoso-failed@.service").is_file()
    assert "Environment=TZ=Asia/Ho_Chi_Minh" in service


# ── Windows ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["hoso-reports", "hoso-units"])
def test_the_windows_tasks_follow_the_schema(name: str) -> None:
    """Elements, order, types and ranges are those of the Task Scheduler's schema; plain ASCII, so no encoding is in doubt."""
    schema = etree.XMLSchema(etree.parse(Path(__file__).with_name("task.xsd")))
    raw = (DEPLOY / "windows" / f"{name}.xml").read_bytes()
    task = etree.fromstring(raw)
    schema.assertValid(task)
    assert raw.isascii()
    assert task.findtext(f".//{TASK}StartWhenAvailable") == "true"
    next(task.iter(f"{TASK}Day")).text = "32"
    assert not schema.validate(task)


# ── all together ─────────────────────────────────────────────────────────────────────────────────


def run(words: Job, capfd: pytest.CaptureFixture[str]) -> list[str]:
    """What a command prints, line by line."""
    capfd.readouterr()
    cli.app(list(words), standalone_mode=False)
    return capfd.readouterr().out.splitlines()


def test_the_jobs_mean_the_reports_of_the_months_that_have_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """On a store with one dossier in each of the last two months every notebook, month and unit is asked for."""
    for name in ("store", "key", "reports"):
        monkeypatch.setenv(f"HOSO_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("HOSO_NOTIFY", "mailto:van-phong@tinh.example")
    ended = [Period.parse(period) for period in resolve("last-month", date.today(), 1)]
    rows = [
        {
            "id": period.id,
            "received": f"{period.end:%d/%m/%Y} 08:00",
            "finished": f"{period.end:%d/%m/%Y} 10:00",
        }
        for period in ended
    ]
    export = write_csv(tmp_path / "export.csv", rows)
    run(("import", str(export), "--province", "tuyen-quang"), capfd)
    found = {name: run((*words, "--dry-run"), capfd) for name, words in jobs.systemd().items()}
    months = {period.id for period in ended}
    for name in ("review", "disclosure"):
        assert {f"{name} tuyen-quang {month}" for month in months} <= set(found["reports"])
    assert set(found["units"]) == {f"unit tuyen-quang {month} so-tu-phap" for month in months}
    assert not (tmp_path / "reports").exists()
