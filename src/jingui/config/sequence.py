"""The sequencer's process: `python -m jingui.config.sequence`. A second one waits until the first ends [1.3.3]"""

import signal
import sys
import threading

from jingui.config import plugs, wiring
from jingui.config.home import home
from jingui.core.errors import JinguiError


def main() -> int:
    """Run until SIGTERM; 1 when the sequencer had to give up."""
    from jingui.gate import runtime, sequencer

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    made = wiring.runtime()
    runtime.install(made)
    try:
        sequencer.run(made, plugs.address().psycopg(), stopping.is_set, state=home().root / "state", sinks=home().sinks)
    except JinguiError as error:
        sys.stderr.write(f"sequencer: {error.code} {error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
