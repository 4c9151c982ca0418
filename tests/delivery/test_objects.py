"""Reports in an object store: against an S3 server as a process of its own, over a gate that can refuse, hold and count."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.store import S3Store, from_url

from hoso.delivery.batch.order import perform, process
from hoso.delivery.commands import at_hand
from hoso.delivery.objects import Remote, address_of, remote
from hoso.delivery.runs import Outcome
from hoso.delivery.site import write
from hoso.records import bucket as objects
from hoso.vocabulary.addresses import is_address
from hoso.vocabulary.errors import HosoError, StoreError, UsageError
from tests.delivery import quick, servers
from tests.delivery.conftest import Command

PERIOD = "2024-09"
FOLDER = f"ha-giang/{PERIOD}"
MANIFEST = f"{FOLDER}/tiny/manifest.json"
PAGE = f"{FOLDER}/tiny.html"
SET = {PAGE, MANIFEST, f"{FOLDER}/tiny/figures.json", f"{FOLDER}/tiny/tiny.ipynb"}


@dataclass
class Bucket:
    """A prefix of the bucket that no other test uses, seen from outside."""

    url: str
    gate: servers.Gate
    folder: Path

    @property
    def store(self) -> S3Store:
        opened = from_url(self.url)
        assert isinstance(opened, S3Store)
        return opened

    def there(self) -> dict[str, bytes]:
        """Every object by its path below the prefix."""
        paths = [one["path"] for page in obstore.list(self.store) for one in page]
        return {path: bytes(obstore.get(self.store, path).bytes()) for path in paths}

    def remote(self, copy: str) -> Remote:
        return Remote(self.url, self.folder / copy)

    def asked(self, method: str) -> list[str]:
        """The paths below the prefix that requests of a method named since the last time."""
        prefix = self.url.removeprefix(f"s3://{servers.BUCKET}/") + "/"
        found = [path.removeprefix(prefix) for path in self.gate.paths(method) if path.startswith(prefix)]
        self.gate.seen.clear()
        return found


@pytest.fixture
def bucket(
    server: tuple[str, servers.Gate], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bucket]:
    endpoint, gate = server
    for name, value in servers.environment(endpoint).items():
        monkeypatch.setenv(name, value)
    # S3 gives no new attempt to what it refuses; what it does not answer is asked again
    gate.seen.clear()
    yield Bucket(f"s3://{servers.BUCKET}/{tmp_path.name}", gate, tmp_path)
    gate.refuses = gate.holds = lambda method, path: False


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> quick.Quick:
    return quick.made(tmp_path_factory.mktemp("workbook"))


def batch(bucket: Bucket, workbook: quick.Quick, copy: str, number: list[int] = [0]) -> Outcome:  # noqa: B006
    """What a command does for one report: pull, make, push, and the site."""
    number[0] += 1
    run = workbook.run(PERIOD)
    with bucket.remote(copy) as opened:
        opened.pull([run])
        outcome = opened.publish(perform(workbook.order(f"batch-{number[0]}", opened.copy), run))
        process.release()
        write(opened.copy)
        if outcome.status != "failed":
            opened.push_site()
    return outcome


def is_whole(there: dict[str, bytes]) -> bool:
    """Whether the published set is the one its manifest tells of."""
    files: dict[str, str] = json.loads(there[MANIFEST])["files"]
    return all(sha256(there[f"{FOLDER}/{name}"]).hexdigest() == digest for name, digest in files.items())


def files_of(folder: Path) -> dict[str, bytes]:
    found = (file for file in folder.rglob("*") if file.is_file())
    named = {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}
    return {path: content for path, content in named.items() if not path.startswith(".")}


# ── batches ──────────────────────────────────────────────────────────────────────────────────────


def test_batches_from_one_copy_and_from_an_empty_one(bucket: Bucket, workbook: quick.Quick) -> None:
    """The first batch puts all there, documents before the manifest, the first page last; the next two, one of them from an
    empty copy, find the report unchanged and write no object; only what that takes is fetched."""
    first = batch(bucket, workbook, "copy")
    written = bucket.asked("PUT")
    there = bucket.there()
    assert first.status == "done", first.messages
    assert there.keys() == set(written) and len(written) == len(set(written))
    assert there.keys() >= SET | {"index.html", "ha-giang/index.html"}
    assert there == {path: body for path, body in files_of(bucket.folder / "copy").items() if path in there}
    assert not [path for path in there if any(part.startswith(".") for part in path.split("/"))]
    assert max(map(written.index, SET)) == written.index(MANIFEST) < written.index("index.html")
    assert written[-1] == "index.html"
    assert is_whole(there)
    kinds = [obstore.get(bucket.store, path).attributes["Content-Type"] for path in (PAGE, MANIFEST)]
    assert kinds == ["text/html; charset=utf-8", "application/json"]
    for copy, fetched in (("copy", set()), ("empty", SET)):
        bucket.gate.seen.clear()
        again = batch(bucket, workbook, copy)
        asked = set(bucket.gate.paths("GET"))
        assert again.status == "unchanged"
        assert bucket.gate.paths("PUT") == []
        assert {path for path in asked if FOLDER in path and PAGE.removesuffix(".html") in path} == {
            f"{bucket.url.rpartition('/')[2]}/{path}" for path in fetched
        }
        bucket.gate.seen.clear()
    assert bucket.there() == there


def test_a_changed_report_keeps_its_earlier_version_there(bucket: Bucket, tmp_path: Path) -> None:
    """New data, made by a machine whose copy is empty: the earlier version lies in the history before the new one is live,
    and a third machine has the figures of both for its page of changes."""
    workbook = quick.made(tmp_path / "workbook", dossiers=11)
    batch(bucket, workbook, "one")
    before = bucket.there()
    quick.add(workbook, 3, "late.csv", finished=28)
    bucket.asked("PUT")
    assert batch(bucket, workbook, "two").status == "done"
    written, there = bucket.asked("PUT"), bucket.there()
    kept = f"{FOLDER}/tiny/history/1/manifest.json"
    assert there[kept] == before[MANIFEST] != there[MANIFEST]
    assert json.loads(there[MANIFEST])["revision"] == 2
    assert (
        written.index(f"{FOLDER}/tiny/history/1/figures.json.gz") < written.index(kept) < written.index(PAGE)
    )
    assert written.index(PAGE) < written.index(MANIFEST)
    assert is_whole(there)
    with bucket.remote("three") as third:
        third.pull()
        page = third.copy / FOLDER / "tiny" / "history" / "index.html"
        write(third.copy)
        assert third.push_site() == []
    assert page.read_bytes() == there[f"{FOLDER}/tiny/history/index.html"]
    assert (third.copy / PAGE).read_bytes() == b""
    assert (third.copy / FOLDER / "tiny" / "figures.json").read_bytes() == there[
        f"{FOLDER}/tiny/figures.json"
    ]


# ── a push that breaks off ───────────────────────────────────────────────────────────────────────


def test_a_refused_push_leaves_the_old_manifest(bucket: Bucket, tmp_path: Path) -> None:
    """The store refuses a document: the run has failed in one line that quotes no key, the manifest there is the old one;
    the next command of this machine, and one of a machine with an empty copy alike, bring the set to its end."""
    workbook = quick.made(tmp_path / "workbook", dossiers=5)
    batch(bucket, workbook, "one")
    before = bucket.there()
    quick.add(workbook, 2, "more.csv")
    bucket.gate.refuses = lambda method, path: method == "PUT" and path.endswith(PAGE)
    failed = batch(bucket, workbook, "one")
    broken = bucket.there()
    assert failed.status == "failed"
    assert len(failed.messages) == 1 and "\n" not in failed.messages[0] and bucket.url in failed.messages[0]
    assert servers.SECRET not in failed.messages[0]
    assert broken[MANIFEST] == before[MANIFEST] and broken[PAGE] == before[PAGE]
    bucket.gate.refuses = lambda method, path: False
    mended = [batch(bucket, workbook, copy).status for copy in ("one", "other")]
    after = bucket.there()
    assert mended == ["unchanged", "unchanged"]  # it was made already: what lacked was the push
    assert after[MANIFEST] != before[MANIFEST]
    assert is_whole(after)


def test_a_killed_push_is_made_again(bucket: Bucket, workbook: quick.Quick) -> None:
    """kill -9 while a document is on its way, other files already there: the old manifest stands, its digests tell that
    the set is mixed, and a machine with an empty copy makes the report again."""
    batch(bucket, workbook, "one")
    before = bucket.there()
    bucket.gate.holds = lambda method, path: method == "PUT" and path.endswith(PAGE)
    copy = bucket.folder / "one"
    for path in (PAGE, f"{FOLDER}/tiny/tiny.ipynb", MANIFEST):  # another state of the same report
        (copy / path).write_bytes((copy / path).read_bytes() + b"\n")
    code = "import sys; from pathlib import Path; from hoso.delivery.objects import Remote; c = Path(sys.argv[2]);"
    code += "Remote(sys.argv[1], c).push(c)"
    with subprocess.Popen([sys.executable, "-c", code, bucket.url, str(copy)]) as pushing:
        assert bucket.gate.held.wait(60)
        servers.until(
            "the notebook",
            lambda: bucket.there()[f"{FOLDER}/tiny/tiny.ipynb"] != before[f"{FOLDER}/tiny/tiny.ipynb"],
        )
        os.kill(pushing.pid, signal.SIGKILL)
    broken = bucket.there()
    assert broken[MANIFEST] == before[MANIFEST]
    assert not is_whole(broken)
    bucket.gate.holds = lambda method, path: False
    assert batch(bucket, workbook, "other").status == "done"
    assert is_whole(bucket.there())


# ── what is where ────────────────────────────────────────────────────────────────────────────────


def put(folder: Path, path: str, text: str = "") -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text or path, "utf-8")


def test_only_what_is_asked_for_comes_whole(bucket: Bucket, workbook: quick.Quick) -> None:
    """Of other reports the manifests come, of those with versions the figures too; the rest stands there empty, and never
    goes back empty. A worker takes the files of its runs and nothing else."""
    one = bucket.remote("one")
    paths = [path.replace(PERIOD, period) for period in (PERIOD, "2024-08", "2024-07") for path in SET]
    past = [f"ha-giang/2024-07/tiny/history/1/{name}" for name in ("manifest.json", "figures.json.gz")]
    for path in [*paths, *past, "index.html"]:
        put(one.copy, path)
    one.push(one.copy)
    two, three = bucket.remote("two"), bucket.remote("three")
    assert two.pull([workbook.run(PERIOD)]) == len(SET) + 2 + 1 + len(past) + 1
    whole = {path for path, content in files_of(two.copy).items() if content}
    others = {path.replace(PERIOD, period) for period in ("2024-08", "2024-07") for path in (MANIFEST,)}
    assert whole == SET | others | {"ha-giang/2024-07/tiny/figures.json", "index.html", *past}
    assert files_of(two.copy).keys() == {*paths, *past, "index.html"}
    assert two.push(two.copy) == []
    assert two.pull([workbook.run("2024-08")]) == len(SET) - 1  # its manifest was there
    assert three.pull([workbook.run(PERIOD)], only=True) == len(SET)
    assert files_of(three.copy).keys() == SET


def test_what_is_gone_here_goes_there_and_the_other_way_round(bucket: Bucket) -> None:
    """A document of a format no longer made is removed there after the manifest; what another machine removed is removed
    here; objects that are none of ours are neither read nor touched."""
    one = bucket.remote("one")
    for path in SET:
        put(one.copy, path)
    put(one.copy, f"{FOLDER}/tiny.pdf")
    put(one.copy, ".hoso/log/batch.jsonl")
    obstore.put(bucket.store, "khác/.ghi chú", b"of others")
    one.push(one.copy)
    two = bucket.remote("two")
    two.pull()
    assert not [path for path in files_of(two.copy) if "kh" in path]
    (one.copy / f"{FOLDER}/tiny.pdf").unlink()
    put(one.copy, MANIFEST, "new")
    bucket.gate.seen.clear()
    assert one.push(one.copy) == [f"{FOLDER}/tiny.pdf", MANIFEST]
    changes = [how for how, _ in bucket.gate.seen]
    assert changes[0] == "PUT" and set(changes[1:]) <= {"DELETE", "POST"} and len(changes) > 1
    two.pull()
    assert files_of(two.copy).keys() == SET
    assert (two.copy / MANIFEST).read_text("utf-8") == "new"
    assert b"of others" in bucket.there().values()
    assert len(bucket.there()) == len(SET) + 1


def test_a_copy_that_knows_nothing_compares_everything(bucket: Bucket) -> None:
    """A damaged note of what was synchronised costs a comparison: the copy is as the store again, nothing is sent."""
    one = bucket.remote("one")
    put(one.copy, PAGE)
    one.push(one.copy)
    (one.copy / ".hoso" / "objects.sqlite").write_bytes(b"no database" * 1000)
    again = bucket.remote("one")
    again.pull()
    bucket.gate.seen.clear()
    assert again.push(again.copy) == []
    assert bucket.gate.paths("PUT") == []


def test_two_commands_on_one_copy_take_turns(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one command holds the copy another waits, in the end in vain and with one line; then it is free again."""
    monkeypatch.setattr(remote, "LOCK_SECONDS", 0.1)
    with bucket.remote("one"), pytest.raises(StoreError, match="một lệnh khác"), bucket.remote("one"):
        pass
    with bucket.remote("one") as opened:
        assert address_of(opened.copy) == bucket.url
        assert opened.copy.stat().st_mode & 0o077 == 0


def test_the_usual_copy_is_private_and_one_for_each_address(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a folder the copy lies in the user's cache, another for another address, closed to others."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(bucket.folder / "cache"))
    copies = {Remote(f"{bucket.url}{more}").copy for more in ("", "/", "/2026")}
    assert len(copies) == 2
    assert all(copy.is_relative_to(bucket.folder / "cache") for copy in copies)
    assert all(copy.stat().st_mode & 0o077 == 0 for copy in copies)


def test_commands_that_read_reports_find_them_in_the_object_store(
    bucket: Bucket, workbook: quick.Quick, hoso: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`list`, `status`, `why` and `report` of an unchanged one, from an empty copy; while another command has the copy, or
    for an address elsewhere, one line."""
    batch(bucket, workbook, "copy")
    monkeypatch.setenv("XDG_CACHE_HOME", str(bucket.folder / "cache"))
    named = {"ROOT": workbook.folder, "STORE": workbook.folder / "store", "REPORTS": bucket.url}
    for name, value in named.items():
        monkeypatch.setenv(f"HOSO_{name}", str(value))
    for words in (("list", "--state", "done"), ("status",)):
        code, out, _ = hoso(*words)
        assert code == 0 and quick.NAME in out and "Hoàn thành" in out
    code, out, _ = hoso("why", f"{bucket.url}/{FOLDER}/tiny.html")
    assert code == 0 and "không lập lại: không có gì thay đổi" in out
    assert f"{bucket.url}/{FOLDER}/tiny\n" in out
    made = ("report", quick.NAME, "--province", "ha-giang", "--period", PERIOD, "--formats", "html")
    code, out, _ = hoso(*made)
    assert code == 0 and "unchanged" in out and f"{bucket.url}/{PAGE}\n" in out
    assert hoso("why", "s3://khac/x")[0] == 2
    monkeypatch.setattr(at_hand, "_PATIENCE", 0.1)
    with Remote(bucket.url):
        code, _, told = hoso("list")
    assert code == 1 and len(told.splitlines()) == 1 and "một lệnh khác" in told


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "url",
    [
        "s3://user:khoa-bi-mat@bao-cao/x", "s3://bao-cao/x?key=khoa-bi-mat", "s3://bao-cao/../x", "s3://", "s3://bao-cao//x",
        "http://127.0.0.1/x", "file:///etc", "memory:///", "s3://bao-cao/.hoso", "s3://bao cao/x", "s3://bao-cao/x\nid",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_in_one_line(url: str, tmp_path: Path) -> None:
    """Other kinds of address, ways out of the prefix, keys in the address: refused before a folder is made, no key told."""
    assert is_address(url)
    with pytest.raises(UsageError) as refused:
        Remote(url, tmp_path / "copy")
    assert len(str(refused.value).splitlines()) == 1
    assert "khoa-bi-mat" not in str(refused.value)
    assert not (tmp_path / "copy").exists()


def test_a_store_that_is_not_there_is_one_line(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """No such bucket; nobody at the address; the extra is not installed: each one line with what to do."""
    with pytest.raises(StoreError) as missing:
        Remote("s3://khong-co/x", bucket.folder / "a").pull()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{servers.free_port()}")
    monkeypatch.setattr(objects, "RETRIES", {"max_retries": 0})
    with pytest.raises(StoreError) as silent:
        Remote(bucket.url, bucket.folder / "b").pull()
    hidden: Any = None
    monkeypatch.setitem(sys.modules, "obstore.store", hidden)
    with pytest.raises(UsageError, match=r"hoso\[objects\]") as lacking:
        Remote(bucket.url, bucket.folder / "c")
    found: list[HosoError] = [missing.value, silent.value, lacking.value]
    assert [len(str(error).splitlines()) for error in found] == [1, 1, 1]
    assert all(servers.SECRET not in str(error) for error in found)
