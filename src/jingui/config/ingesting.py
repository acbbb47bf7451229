"""An ingest process: `python -m jingui.config.ingesting SOCKET`. It prepares bundles and enters them [5.1.2]"""

import asyncio
import gc
import signal
import sys
from pathlib import Path

import uvloop

from jingui.config import plugs, wiring


async def work(path: Path) -> None:
    """Serve at `path` until SIGTERM."""
    from jingui.formats.validate import validate
    from jingui.gate import plane, runtime
    from jingui.gate.ingest import Ingest

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    made = wiring.runtime()
    runtime.install(made)
    await plane.start(made, plugs.address().asyncpg())
    validate({"resourceType": "Basic", "code": {"text": "warm"}})
    # millions of short-lived dicts: the collector looks less often, and never at what stays
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        await Ingest(path).serve(stop)
    finally:
        await plane.stop()


def main() -> int:
    """Run one ingest process."""
    uvloop.run(work(Path(sys.argv[1])))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
