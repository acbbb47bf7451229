"""`python -m jingui.config.sequencer`: the sequencer of this installation, a child of `jingui serve`."""

import signal
import threading
from types import FrameType

from jingui.config import plugs, wiring
from jingui.config.home import home

CHECKPOINT_SECONDS = 10.0  # how often a checkpoint goes outside; the hospital's setting replaces it


def main() -> int:
    """Sequence until SIGTERM or SIGINT."""
    from jingui.gate import sequencer  # needs Django ready, which importing wiring does

    stop = threading.Event()

    def heard(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, heard)
    sequencer.run(
        wiring.runtime(), plugs.address().psycopg(), stop.is_set, state=home().root / "state", sinks=home().sinks,
        every=CHECKPOINT_SECONDS,
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
