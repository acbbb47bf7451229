"""The job runner's process: `python -m jingui.config.work` [6.1]"""

import asyncio
import signal

from procrastinate import App, PsycopgConnector

from jingui.config import plugs, wiring


def app() -> App:
    """The queue over this installation's database, with every task of `jingui.jobs`."""
    from jingui import jobs

    made = App(connector=PsycopgConnector(conninfo=plugs.address().psycopg(), min_size=1, max_size=4))
    made.add_tasks_from(jobs.timed, namespace="timed")
    return made


async def work() -> None:
    """Run timed work until SIGTERM; a lost database is waited for."""
    queue = app()
    async with queue.open_async():
        await queue.run_worker_async(
            concurrency=2, install_signal_handlers=True, shutdown_graceful_timeout=15, delete_jobs="successful"
        )


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
