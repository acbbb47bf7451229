"""6.1: one child's life, step by step."""

import subprocess
import time

from jingui.cluster.children import FIRST_DELAY, LONGEST_DELAY, STEADY, Child, ChildState, Guard, Run


def test_it_waits_longer_each_time_up_to_a_limit_and_forgets_when_steady() -> None:
    run = Run(Child(name="x", argv=("false",), ready=lambda: False))
    waits = []
    for step in range(7):
        now = 100.0 * (step + 1)
        run.start(now)
        while not run.look(now):
            time.sleep(0.005)
        waits.append(round(run.due - now, 3))
    assert waits == [0.2, 0.4, 0.8, 1.6, 3.2, LONGEST_DELAY, LONGEST_DELAY]
    assert (run.restarts, run.exit, run.state) == (6, 1, ChildState.WAITING)
    run.start(1000.0)
    while not run.look(1000.0 + STEADY):
        time.sleep(0.005)
    assert round(run.due - 1000.0 - STEADY, 3) == FIRST_DELAY


def test_it_is_hopeless_only_if_it_never_served() -> None:
    for ready, hopeless in ((lambda: False, True), (lambda: True, False)):
        run = Run(Child(name="x", argv=("sleep", "0.2"), ready=ready, tries=1))
        run.start(0.0)
        while run.process is not None:
            run.look(0.0)
            time.sleep(0.01)
        assert run.hopeless is hopeless


def test_a_program_that_is_not_there_says_127() -> None:
    run = Run(Child(name="x", argv=("no-such-program-here",), ready=lambda: False))
    run.start(0.0)
    while not run.look(0.0):
        time.sleep(0.01)
    assert run.exit == 127


def test_the_guard_kills_what_is_listed_and_nothing_else() -> None:
    listed, spared = (subprocess.Popen(["sleep", "60"], process_group=0) for _ in range(2))
    try:
        guard = Guard()
        guard.cover({listed.pid, spared.pid})
        guard.cover({listed.pid})
        guard.close()
        assert listed.wait(timeout=5) == -9
        assert spared.poll() is None
    finally:
        spared.kill()
        spared.wait()


def test_a_dead_guard_is_replaced() -> None:
    target = subprocess.Popen(["sleep", "60"], process_group=0)
    guard = Guard()
    guard.cover({target.pid})
    guard._process.kill()
    guard._process.wait()
    guard.cover({target.pid})
    guard.close()
    assert target.wait(timeout=5) == -9
