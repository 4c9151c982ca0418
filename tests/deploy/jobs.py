"""The jobs that the files in deploy/ start, read out of each as its scheduler would read them: words after `hoso`."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

DEPLOY = Path(__file__).parents[2] / "deploy"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
Job = tuple[str, ...]


def systemd() -> dict[str, Job]:
    """Name of the job → its words: the unit's ExecStart with HOSO_ARGS split at spaces, as systemd splits $NAME."""
    unit = (DEPLOY / "systemd" / "hoso@.service").read_text("utf-8")
    (start,) = re.findall(r"(?m)^ExecStart=(.+)$", unit)
    words = shlex.split(start)
    before = words[words.index("/srv/hoso/.venv/bin/hoso") + 1 :]
    assert before[-1] == "$HOSO_ARGS"
    return {
        file.stem: (*before[:-1], *_setting(file, "HOSO_ARGS").split())
        for file in sorted((DEPLOY / "systemd").glob("*.conf"))
    }


def _setting(file: Path, name: str) -> str:
    (value,) = re.findall(rf"(?m)^{name}=(.*)$", file.read_text("utf-8"))
    return value


def cron_lines() -> list[tuple[str, str, str]]:
    """Schedule, user and command of each line of the crontab."""
    lines = (DEPLOY / "cron" / "hoso").read_text("utf-8").splitlines()
    fields = [line.split(None, 6) for line in lines if re.match(r"[0-9*]", line)]
    return [(" ".join(line[:5]), line[5], line[6]) for line in fields]


def windows() -> dict[str, Job]:
    found = {}
    for file in sorted((DEPLOY / "windows").glob("*.xml")):
        tree = etree.parse(file)
        assert tree.findtext(f".//{TASK}Command").endswith("\\hoso.exe")
        found[file.stem] = tuple(tree.findtext(f".//{TASK}Arguments").split())
    return found


def python(file: Path) -> dict[str, Job]:
    """COMMANDS of an Airflow or Dagster file."""
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMMANDS":
            return {name: tuple(shlex.split(line)[1:]) for name, line in ast.literal_eval(node.value).items()}
    raise AssertionError(f"{file} has no COMMANDS")


def told() -> Iterator[Job]:
    """Every command that the text shows, on a line of its own or among words, that is not only begun."""
    text = (DEPLOY / "README.md").read_text("utf-8")
    for line in re.findall(r"(?m)(?:^|/bin/|`)hoso (report [^`#\n]*)", text):
        yield tuple(shlex.split(line))
    for line in re.findall(r"(?m)^HOSO_ARGS=(.+)$", text):
        yield ("report", *line.split())
