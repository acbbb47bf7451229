"""The house in $JINGUI_HOME as `jingui serve` runs it, each event of the supervisor on a line of its own."""

import sys
import time


def main() -> int:
    from jingui.config import serve

    def tell(event: object) -> None:
        print(f"{time.time():.3f} {event}", flush=True)

    return serve.serve(tell)


if __name__ == "__main__":
    sys.exit(main())
