"""What one run of a notebook may use (giới hạn): time, memory; and what the kernel used in the end."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import resource

_MOST_WILLING: Final = (
    500  # oom_score_adj: when the machine runs out of memory a notebook goes before its supervisor
)


@dataclass(frozen=True)
class Limits:
    """Of one whole notebook: `seconds` of wall time and `memory` in bytes (None: no limit).

    Memory is what the kernel and each process it starts may have mapped privately (RLIMIT_DATA). The address space
    (RLIMIT_AS) would count what allocators and threads only reserve: DuckDB and polars fail under it long before they
    use much. A notebook that asks for more gets MemoryError, or the library's own word for it.
    """

    seconds: float = 900.0
    memory: int | None = 3 * 2**30


@dataclass(frozen=True)
class Usage:
    """CPU seconds and peak resident bytes of a kernel with the processes it waited for, as the system counted them."""

    cpu_seconds: float = 0.0
    peak_bytes: int = 0


def usage(spent: resource.struct_rusage) -> Usage:
    """What wait4 says of a process that ended; Linux counts the peak in KiB."""
    return Usage(spent.ru_utime + spent.ru_stime, spent.ru_maxrss * 1024)


def confine(memory: int | None) -> None:
    """Puts the calling process under the limit, lets it leave no core dump (it would hold dossiers), offers it to the
    system's memory killer first."""
    import resource  # there is none on Windows, where no kernel is forked

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    try:
        handle = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    except OSError:
        return  # a system without it has its own order
    try:
        os.write(handle, str(_MOST_WILLING).encode())
    except OSError:
        pass
    finally:
        os.close(handle)
