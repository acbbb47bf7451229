"""An ingest process: `python -m jingui.config.ingesting SOCKET`. It prepares bundles and enters them [5.1.2]"""

import sys
from pathlib import Path

import uvloop

from jingui.config.plane_process import working


async def work(path: Path) -> None:
    """Serve at `path` until SIGTERM."""
    from jingui.gate.ingest import Ingest

    async with working() as stop:
        await Ingest(path).serve(stop)


def main() -> int:
    """Run one ingest process."""
    uvloop.run(work(Path(sys.argv[1])))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
