"""The shape of the project: floors import downwards only, notebooks are thin and stripped, nothing strays into the tree."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "lib" / "hoso"
FLOORS = ("vocabulary", "records", "statistics", "presentation", "delivery")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def imports(file: Path) -> set[str]:
    """The floors a module imports from, at its top or inside a function."""
    package = file.relative_to(LIBRARY.parent).with_suffix("").parts
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level]) if node.level else []
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in found if name.startswith("hoso.") and name.count(".") >= 1} & set(
        FLOORS
    )


@pytest.mark.parametrize("floor", FLOORS)
def test_floors_import_downwards_only(floor: str) -> None:
    """No module of a floor imports from a floor above it."""
    above = set(FLOORS[FLOORS.index(floor) + 1 :])
    files = sorted((LIBRARY / floor).rglob("*.py"))
    assert files
    assert {file.name: sorted(imports(file) & above) for file in files if imports(file) & above} == {}


def test_the_import_reader_sees_imports() -> None:
    """A guard for the test above: it finds relative and absolute imports across floors."""
    assert "records" in imports(LIBRARY / "statistics" / "data.py")
    assert "vocabulary" in imports(LIBRARY / "records" / "intake" / "columns.py")


def test_modules_stay_small() -> None:
    """A module is one noun or one verb: none has more than 400 lines."""
    sizes = {
        str(f.relative_to(LIBRARY)): len(f.read_text("utf-8").splitlines()) for f in LIBRARY.rglob("*.py")
    }
    assert {name: size for name, size in sizes.items() if size > 400} == {}


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda f: f.stem)
def test_notebooks_are_stripped_and_thin(file: Path) -> None:
    """No outputs, ids that are slugs, one parameters cell with defaults, no def, loop or if in code."""
    notebook = nbformat.read(file, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell.id) for cell in notebook.cells)
    tagged = [cell for cell in code if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    assert all("=" in line and "#" in line for line in tagged[0].source.splitlines())
    for cell in code:
        if cell.source.startswith(("%%", "%")):
            source = "\n".join(line for line in cell.source.splitlines() if not line.startswith("%"))
            if cell.source.startswith("%%"):
                continue
        else:
            source = cell.source
        banned = (ast.FunctionDef, ast.For, ast.While, ast.If, ast.ClassDef, ast.ListComp)
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, banned)], cell.id


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_the_tree_is_light() -> None:
    """No tracked file over 1 MB, the committed sample under 3 MB, and lib/ is not ignored."""
    files = tracked()
    assert [str(f) for f in files if f.stat().st_size > 1_000_000] == []
    assert sum(f.stat().st_size for f in files if "data/sample" in f.as_posix()) < 3_000_000
    assert any("lib/hoso" in f.as_posix() for f in files)


def test_nothing_of_a_machine_is_committed() -> None:
    """No absolute path of a home or work folder and no registry address stands in a tracked text file."""
    address = re.compile(
        r"https?://[^ \"']+/(?:packages/[0-9a-f]{2}/|simple/)|(?<![\w.])/(?:home|root|Users|work)/\w"
    )
    found = []
    for file in tracked():
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(ROOT)}: {match[0]}" for match in address.finditer(text)]
    assert found == []


def test_every_dependency_has_its_reason() -> None:
    """Each line of the dependency lists in pyproject.toml carries a comment that says why it is there."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if re.match(r'\s+"[a-zA-Z0-9-]+>=', line)]
    named = tomllib.loads(text)["project"]["dependencies"]
    assert len(lines) >= len(named)
    assert [line for line in lines if "# " not in line] == []


def test_locks_pin_by_hash_without_addresses() -> None:
    """Every requirement of the locks has a hash, and none an address."""
    for name in (
        "requirements.lock",
        "requirements-sign.lock",
        "requirements-cluster.lock",
        "requirements-spark.lock",
        "requirements-dev.lock",
    ):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        entries = re.split(r"\n(?=\S)", text.strip())
        assert len(entries) > 50
        assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_version_floors_for_advisories() -> None:
    """The locks are at or above the versions that fix known advisories."""
    pins = dict(
        re.findall(
            r"^([a-zA-Z0-9_.-]+)==([0-9.]+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE
        )
    )
    floors = {"nbconvert": (7, 17, 2), "jupyterlab": (4, 5, 7), "jupyter-server": (2, 20)}
    for name, floor in floors.items():
        assert tuple(map(int, pins[name].split("."))) >= floor
