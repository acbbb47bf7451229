"""The job runner's process: `python -m jingui.config.work` [6.1]"""

import asyncio
import logging
import signal

from procrastinate import App, PsycopgConnector

from jingui.config import plugs, wiring
from jingui.core.errors import JinguiError

log = logging.getLogger(__name__)


def app() -> App:
    """The queue over this installation's database, with every task of `jingui.jobs`."""
    from jingui import jobs

    made = App(connector=PsycopgConnector(conninfo=plugs.address().psycopg(), min_size=1, max_size=4))
    made.add_tasks_from(jobs.timed, namespace="timed")
    return made


async def work() -> None:
    """Run timed work until SIGTERM; a lost database is waited for."""
    queue = app()
    await asyncio.to_thread(started)
    async with queue.open_async():
        await queue.run_worker_async(
            concurrency=2, install_signal_handlers=True, shutdown_graceful_timeout=15, delete_jobs="successful"
        )


def started() -> None:
    """The configuration's fingerprint after every start; one that fails is taken again within the hour."""
    from jingui import jobs

    try:
        jobs.take_fingerprint(start=True)
    except JinguiError as error:
        log.warning("fingerprint at the start: %s", error.code)


def main() -> int:
    """Keep the door open for jobs and work."""
    from jingui.gate import plane, runtime

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor says when to stop
    made = wiring.runtime()
    runtime.install(made)
    with plane.Background(made, plugs.address().asyncpg()):
        asyncio.run(work())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
