"""`HosoEngine`: papermill's engine of that name. Each notebook in a fork of the warm parent of kernels, within limits."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from nbclient.exceptions import DeadKernelError
from papermill.engines import Engine
from papermill.log import logger

from .. import parameters
from ..notebooks import assigned
from .connection import Exit, Kernel, Unavailable
from .errors import Killed
from .kernels import kernels_at
from .limits import Limits
from .private import OF_CLIENT, lacking
from .saving import save

_WIDGETS: Final = re.compile(
    r"^\s*(?:import|from)\s+(?:ipywidgets|anywidget|hoso\.presentation\.explore)\b"
    r"|^\s*from\s+hoso\.presentation\s+import\s+[^#\n]*\bexplore\b",
    re.MULTILINE,
)
_PYTHON: Final = "python3"  # the kernel of the interpreter at hand; any other is not ours to fork
_OF_PAPERMILL: Final = ("execution_timeout", "timeout", "start_timeout", "startup_timeout", "input_path")


class HosoEngine(Engine):  # type: ignore[misc]  # papermill ships no types
    """Runs a notebook as papermill's own engine does – same outputs, same errors – in a forked kernel.

    Further arguments of `papermill.execute_notebook`: `limits` (Limits of the whole notebook), `env` (variables of the
    kernel, over those of this process), `folder` (where it works, in place of `cwd`, for which papermill moves the whole
    process: not for threads), `kernels` (the address of a parent of kernels). Raises UsageError for parameters that the
    notebook must not get, before anything runs, and TimedOut and Killed; the notebook as far as it came is on disk then.
    `nb.metadata["hoso_run"]` tells `cpu_seconds` and `peak_bytes` of the kernel.

    A notebook with widgets or of another kernel, and any on a machine where no kernel can be forked, is run by papermill's
    own means, within the same limits; the log says why.
    """

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, output_path: str | None = None, **given: Any) -> Any:
        """As papermill's, and leaves the notebook on disk however it ends."""
        about = nb.metadata.get("papermill", {})
        parameters.check(_declared(nb), about.get("parameters") or {})
        try:
            return super().execute_notebook(nb, kernel_name, output_path, **given)
        except Exception:
            if output_path is None and about.get("output_path"):
                save(nb, Path(about["output_path"]))  # papermill was asked not to save, and now never would
            raise

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        env: Mapping[str, str] | None = None,
        folder: str | os.PathLike[str] | None = None,
        kernels: str | None = None,
        **given: Any,
    ) -> None:
        """Runs the cells of papermill's `nb_man`."""
        place = Path(folder or Path.cwd()).absolute()
        environment = os.environ | dict(env or {})
        options = _options(kernel_name, given)
        why = _foreign(nb_man.nb, kernel_name)
        try:
            kernel = None if why else kernels_at(kernels).kernel(place, environment, limits.memory)
        except Unavailable as error:
            kernel, why = None, str(error)
        if kernel is not None:
            _run(nb_man, kernel, limits, options)
            return
        logger.warning("hoso: the notebook runs in a kernel of its own, which takes longer: %s", why)
        _run_apart(nb_man, place, environment, limits, options)


def _options(kernel_name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What papermill's own engine makes of its arguments for nbclient."""
    rest = {name: value for name, value in given.items() if name not in _OF_PAPERMILL}
    timeout = given.get("execution_timeout") or given.get("timeout")
    start = given.get("start_timeout") or 60
    return rest | {"timeout": timeout, "startup_timeout": start, "kernel_name": kernel_name, "log": logger}


def _run(nb_man: Any, kernel: Kernel, limits: Limits, options: dict[str, Any]) -> None:
    from .private.client import Client

    client, died = Client(nb_man, kernel, limits.seconds, **options), False
    try:
        client.execute()
    except Killed:
        raise
    except DeadKernelError:  # between two cells, or when papermill asked for its language at the end
        died = True
    finally:
        ended = client.ended or Exit()
        used = ended.usage
        nb_man.nb.metadata["hoso_run"] = {"cpu_seconds": used.cpu_seconds, "peak_bytes": used.peak_bytes}
    if (
        died or ended.lost or ended.code or ended.signal not in (None, 9)
    ):  # 9: did not leave in time, as papermill's own may
        raise Killed(None, None, ended.signal, ended.code, ended.lost)


def _run_apart(
    nb_man: Any, folder: Path, environment: Mapping[str, str], limits: Limits, options: dict[str, Any]
) -> None:
    from .private.reference import Reference

    with tempfile.TemporaryDirectory(prefix="hoso-", ignore_cleanup_errors=True) as own:
        client = Reference(nb_man, limits.seconds, limits.memory, Path(own), **options)
        client.execute(cwd=str(folder), env={**environment, "TMPDIR": own})


def _foreign(nb: Any, kernel_name: str) -> str | None:
    """Why a notebook is not for a forked kernel; None when it is."""
    if kernel_name != _PYTHON:
        return f"it is for the kernel {kernel_name}"
    if any(cell.cell_type == "code" and _WIDGETS.search(cell.source) for cell in nb.cells):
        return "it uses widgets"
    if missing := lacking(OF_CLIENT):
        return f"the installed nbclient or papermill lacks {', '.join(missing)}"
    return None


def _declared(nb: Any) -> list[str]:
    """The names of the parameters cell. One that is no Python declares nothing, and fails where every reader sees it: when
    it runs."""
    cells = [cell for cell in nb.cells if "parameters" in cell.metadata.get("tags", ())]
    try:
        return [name for cell in cells for name, _ in assigned(cell.source)]
    except SyntaxError:
        return []
