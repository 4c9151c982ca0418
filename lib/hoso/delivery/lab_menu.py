"""JupyterLab's menu "Save and Export": the reports' four lines in words, each of which gives a file.

JupyterLab lists exporters by their names and asks for /nbconvert/<name>/…; Jupyter Server answers there for names of
letters, digits and "_" only, so a line "Hoso-pdf" would lead to an error page. Here the four are listed by their titles, and
answered for. An extension of the server (`jupyter_server_config.d/hoso.json`), which `hoso lab` turns on.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jupyter_server.base.handlers import path_regex
from jupyter_server.nbconvert.handlers import NbconvertFileHandler
from jupyter_server.services.nbconvert.handlers import NbconvertRootHandler
from jupyter_server.utils import url_path_join

from .export import __all__ as exporters


@cache
def titles() -> dict[str, str]:
    """The exporters' names, as `jupyter nbconvert --to` takes them, with their lines in the menu."""
    from . import export

    classes = [getattr(export, name) for name in exporters]
    return {f"hoso-{made.suffix}": made.export_from_notebook for made in classes}


class Listed(NbconvertRootHandler):
    """The exporters there are, ours by their titles."""

    def finish(self, chunk: Any = None) -> Any:
        """Answers with the server's own list, four of its names replaced."""
        listed = json.loads(chunk) if isinstance(chunk, str) else None
        if listed is None or self.get_status() != 200:
            return super().finish(chunk)
        return super().finish(json.dumps({titles().get(name, name): about for name, about in listed.items()}))


class Exported(NbconvertFileHandler):
    """A notebook in the format of a line of the menu."""

    async def get(self, format: str, path: str) -> None:
        """Answers as the server does, for a title as for an exporter's name."""
        names = {title: name for name, title in titles().items()}
        answered = super().get(names.get(format, format), path)
        if answered is not None:
            await answered


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    base = server.web_app.settings["base_url"]
    routes = [
        (url_path_join(base, "/api/nbconvert"), Listed),
        (url_path_join(base, "/nbconvert/(?P<format>[^/]+)") + path_regex, Exported),
    ]
    server.web_app.add_handlers(".*$", routes)
