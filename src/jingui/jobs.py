"""六（一）安全防护: timed work as the named actor `system:<job>`, through the same door [6.1.2] [6.1.3]

Tasks carry ids only, never patient information. `config.work` gives them a queue and runs them.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from procrastinate import Blueprint

from jingui.core.access_operations import EndGrant
from jingui.core.archive_asking import RemindLoan
from jingui.core.bulk import BuildBulk, EndBulk
from jingui.core.climate import WatchClimate
from jingui.core.custody import OpenCaseFile, PutBack
from jingui.core.deadlines import DeadlinesRequest
from jingui.core.destruction import EraseKeys
from jingui.core.duties import OpenDuties
from jingui.core.errors import JinguiError, Unavailable
from jingui.core.matters.asking import CloseMatter
from jingui.core.monitor import WatchAccess
from jingui.core.operation import Actor, Operation, Target
from jingui.core.protect import EndPost, RevokeToken
from jingui.core.research import BuildExtract, DisposeExtract
from jingui.core.sealing import AskUnsealing
from jingui.core.sharing import ClearSent, StopLapsed, StopWithdrawn
from jingui.core.storage import TakeFingerprint
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.gate import door

timed = Blueprint()
log = logging.getLogger(__name__)
ROUNDS = 40  # runs of the monitor in one task: a long backlog goes on in the next


def actor(job: str) -> Actor:
    """The named actor of a timed job on this host."""
    return Actor(name=f"system:{job}", strength=Strength.LOCAL, entrance=Entrance.JOB)


def close(
    job: str, verb: Verb, numbers: Iterable[int], data: Callable[[int], object],
    about: Callable[[int], Target] = lambda _number: Target(),
) -> int:  # fmt: skip
    """Carry out one operation for each number; what the rules refuse is entered and left, the rest goes on."""
    done = 0
    for number in numbers:
        operation = Operation(
            actor=actor(job), verb=verb, at=door.now(), purpose=Purpose.OPERATION, target=about(number),
            data=data(number),
        )  # fmt: skip
        try:
            door.write(operation)
            done += 1
        except Unavailable:
            raise  # the queue tries again
        except JinguiError as error:
            log.warning("%s %s %d: %s", job, verb.value, number, error.code)
    return done


@timed.periodic(cron="*/5 * * * *")
@timed.task(name="expiry", queueing_lock="expiry", retry=3)
def expiry(timestamp: int) -> None:
    """Close posts and tokens whose time is over: rights end by themselves, here their rows follow [6.1.2]."""
    now: datetime = door.now()
    close("expiry", Verb.END_POST, door.due.posts(now), lambda number: EndPost(post=number))
    close("expiry", Verb.REVOKE_TOKEN, door.due.tokens(now), lambda number: RevokeToken(token=number))
    treated = door.due.emergencies(now)
    close("expiry", Verb.END_GRANT, treated, lambda number: EndGrant(patient=treated[number], grant=number))
    close("expiry", Verb.CLOSE_MATTER, door.due.matters(now), lambda number: CloseMatter(matter=number))


@timed.periodic(cron="17 * * * *")
@timed.task(name="sealings", queueing_lock="sealings", retry=3)
def sealings(timestamp: int) -> None:
    """Ask whether to unseal what was sealed long enough or was settled: nothing unseals itself [4.2.1]."""
    patients = door.due.sealings(door.now())
    close(
        "sealings", Verb.ASK_UNSEALING, patients, lambda number: AskUnsealing(sealing=number),
        lambda number: Target(patient=patients[number]),
    )  # fmt: skip


@timed.periodic(cron="*/10 * * * *")
@timed.task(name="case_files", queueing_lock="case_files", retry=3)
def case_files(timestamp: int) -> None:
    """Open the case files of stays that have ended; put back those that were changed after their check [3.2.2]."""
    ended = door.due.case_files(door.now())
    close(
        "case_files", Verb.MOVE_CASE_FILE, ended, lambda number: OpenCaseFile(encounter=number),
        lambda number: Target(patient=ended[number]),
    )  # fmt: skip
    for file, patient in door.due.changed_files().items():
        back = partial(put_back, file)
        close("case_files", Verb.MOVE_CASE_FILE, (patient,), back, lambda number: Target(patient=number))


def put_back(file: str, _number: int) -> PutBack:
    """What is asked for a file that was changed after its check."""
    return PutBack(file=file)


@timed.periodic(cron="37 * * * *")
@timed.task(name="loans", queueing_lock="loans", retry=3)
def loans(timestamp: int) -> None:
    """Ask for volumes that are due soon or late, once a day each; medical affairs learns of what stays out [4.1.2]."""
    patients = door.due.loans(door.now())
    close(
        "loans", Verb.REMIND_LOAN, patients, lambda number: RemindLoan(loan=number),
        lambda number: Target(patient=patients[number]),
    )  # fmt: skip


@timed.periodic(cron="*/2 * * * *")
@timed.task(name="extracts", queueing_lock="extracts", retry=3)
def extracts(timestamp: int) -> None:
    """Go on with the extracts that are being made, some parts each; erase those whose time is over [4.2.4]."""
    for _ in range(ROUNDS):
        if not close("extracts", Verb.BUILD_EXTRACT, door.due.extracts(), lambda number: BuildExtract(extract=number)):
            break
    over = door.due.extracts_over(door.now())
    close("extracts", Verb.DISPOSE_EXTRACT, over, lambda number: DisposeExtract(extract=number))


@timed.periodic(cron="* * * * *")
@timed.task(name="bulk", queueing_lock="bulk", retry=3)
def bulk(timestamp: int) -> None:
    """End bulk exports whose time or ground is over; go on with those that are being made, some parts each [5.2.4]."""
    over = door.due.bulk_over(door.now())
    close("bulk", Verb.END_BULK, over, lambda number: EndBulk(export=number))
    for _ in range(ROUNDS):
        going = door.due.bulk_exports(door.now())
        if not close("bulk", Verb.START_BULK, going, lambda number: BuildBulk(export=number)):
            break


@timed.periodic(cron="* * * * *")
@timed.task(name="destruction", queueing_lock="destruction", retry=3)
def destruction(timestamp: int) -> None:
    """Erase the keys of what was destroyed, in every copy, and make the certificate; again until it is done [3.1.3]."""
    close("destruction", Verb.ERASE_KEYS, door.due.destructions(), lambda number: EraseKeys(matter=number))


@timed.periodic(cron="*/5 * * * *")
@timed.task(name="monitor", queueing_lock="monitor", retry=3)
def monitor(timestamp: int) -> None:
    """Look at the readings since the last run; each that stands out is asked about [4.1.3]."""
    for _ in range(ROUNDS):
        operation = Operation(
            actor=actor("monitor"), verb=Verb.WATCH_ACCESS, at=door.now(), purpose=Purpose.OPERATION, data=WatchAccess()
        )
        if not door.write(operation).value.more:
            return


@timed.periodic(cron="23 * * * *")
@timed.task(name="deadlines", queueing_lock="deadlines", retry=3)
def deadlines(timestamp: int) -> None:
    """Count the writing deadlines that have passed, department by department; the count is entered [2.2.2]."""
    operation = Operation(
        actor=actor("deadlines"), verb=Verb.READ_DEADLINES, at=door.now(), purpose=Purpose.OPERATION,
        data=DeadlinesRequest(state="overdue", count=1),
    )  # fmt: skip
    for one in door.read(operation).value.departments:
        if one.overdue:
            log.warning("deadlines: %s has %d overdue", one.name, one.overdue)


@timed.periodic(cron="* * * * *")
@timed.task(name="withdrawals", queueing_lock="withdrawals", retry=3)
def withdrawals(timestamp: int) -> None:
    """Stop what rests on consents that were withdrawn through an interface, and tell who received something [5.2.2]."""
    if door.due.withdrawn_sharings():
        stopped("withdrawals", StopWithdrawn())


@timed.periodic(cron="* * * * *")
@timed.task(name="outbox", queueing_lock="outbox", retry=3)
def outbox(timestamp: int) -> None:
    """Stop what waits although its partner, agreement or channel is over; empty what arrived long ago [5.2.3] [5.1.3].

    In portions: a long list is as many short transactions, the rest waits for the next minute.
    """
    for due, data in ((door.due.lapsed_sharings, StopLapsed()), (door.due.sent_contents, ClearSent())):
        for _ in range(ROUNDS):
            if not due(door.now()) or not stopped("outbox", data):
                break


def stopped(job: str, data: object) -> int:
    """What a timed job stopped or cleared in the outbox."""
    operation = Operation(
        actor=actor(job), verb=Verb.STOP_TRANSMISSION, at=door.now(), purpose=Purpose.OPERATION, data=data
    )
    return int(door.write(operation).value)


@timed.periodic(cron="*/5 * * * *")
@timed.task(name="climate", queueing_lock="climate", retry=3)
def climate(timestamp: int) -> None:
    """Raise the alarm for sensors that have said nothing for too long [3.1.2]."""
    silent = door.due.silent_sensors(door.now())
    close("climate", Verb.TAKE_READINGS, silent, lambda number: WatchClimate(sensor=number))


@timed.periodic(cron="41 * * * *")
@timed.task(name="fingerprint", queueing_lock="fingerprint", retry=3)
def fingerprint(timestamp: int) -> None:
    """Take the configuration's fingerprint and the capacity of every place [3.2.3] [3.2.1]."""
    take_fingerprint()


def take_fingerprint(*, start: bool = False) -> None:
    """The same, hourly or after a start; what changed and was not approved is asked about."""
    operation = Operation(
        actor=actor("fingerprint"), verb=Verb.TAKE_FINGERPRINT, at=door.now(), purpose=Purpose.OPERATION,
        data=TakeFingerprint(start=start),
    )  # fmt: skip
    found = door.write(operation).value
    if found.drift:
        log.warning("fingerprint: %d changes that nobody approved, matter %d", len(found.drift), found.matter)


@timed.periodic(cron="7 * * * *")
@timed.task(name="duties", queueing_lock="duties", retry=3)
def duties(timestamp: int) -> None:
    """Open the present runs of the recurring duties and mark those that were missed [7.1.1]."""
    door.write(
        Operation(actor=actor("duties"), verb=Verb.DO_DUTY, at=door.now(), purpose=Purpose.OPERATION, data=OpenDuties())
    )


@timed.periodic(cron="* * * * *")
@timed.task(name="sessions", queueing_lock="sessions", retry=3)
def sessions(timestamp: int) -> None:
    """End sessions that are over although nobody came back; each end is entered [6.1.2]."""
    door.signing.end_overdue()


@timed.periodic(cron="* * * * *")
@timed.task(name="backups", queueing_lock="backups", retry=False)
def backups(timestamp: int) -> None:
    """Deliver the database's log, make backups that are due or asked for, test a restore in its time [3.1.1]."""
    door.backups.work()
