"""What the engine takes from the inside of ipykernel, IPython and nbclient: nothing else of hoso knows their private names.

`kernel` and `streams` run in the parent of kernels and its forks, the others in the process that runs papermill. `lacking`
says what a release no longer has; the engine then leaves the notebook to papermill's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Final

TESTED: Final = {"ipykernel": "7.4.0", "IPython": "9.18.1", "nbclient": "0.11.0", "jupyter_client": "8.10.0"}
OF_KERNEL: Final = (
    "ipykernel.kernelapp:IPKernelApp.init_sockets",
    "ipykernel.kernelapp:IPKernelApp.init_io",
    "ipykernel.kernelapp:IPKernelApp.init_kernel",
    "ipykernel.kernelapp:IPKernelApp.patch_io",
    "ipykernel.ipkernel:IPythonKernel.shell_main",
    "ipykernel.ipkernel:IPythonKernel._abort_queues",
    "ipykernel.ipkernel:IPythonKernel._supports_kernel_subshells",
    "ipykernel.utils:_async_in_context",
    "ipykernel.iostream:OutStream._flush",
    "ipykernel.iostream:OutStream._schedule_flush",
    "ipykernel.displayhook:ZMQDisplayHook",
    "IPython.core.history:HistoryManager.init_db",
    "IPython.core.interactiveshell:InteractiveShell.atexit_operations",
    "IPython.core.shellapp:InteractiveShellApp.init_code",
)
# Asked for once the shell exists: whoever imports it earlier loses matplotlib's figures.
OF_FIGURES: Final = ("matplotlib_inline.backend_inline:_enable_matplotlib_integration",)
OF_CLIENT: Final = (
    "papermill.clientwrap:PapermillNotebookClient.papermill_execute_cells",
    "nbclient.client:NotebookClient._async_poll_kernel_alive",
    "nbclient.client:NotebookClient._async_handle_timeout",
    "nbclient.client:NotebookClient._get_timeout",
    "nbclient.client:NotebookClient.setup_kernel",
)


def lacking(names: Iterable[str]) -> list[str]:
    """Which of these names, as module:attribute, the installed releases do not have."""
    return [name for name in names if not _there(name)]


def _there(name: str) -> bool:
    module, _, path = name.partition(":")
    try:
        found: object = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return False
    return True
