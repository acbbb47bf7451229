"""六（一）2 账号管理: sessions: the key's digest, the contents under AEAD, idle and absolute ends [6.1.2]

Django's session engine. The digest, the account and both times are authenticated with the contents: a copied, moved or
prolonged row opens nothing. `config.wiring` installs the cipher, the digest and the clock.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.core.signing import JSONSerializer
from django.db import Error, IntegrityError, transaction

from jingui.core.errors import Tampered, Unavailable
from jingui.store.models import Session

ANONYMOUS = timedelta(hours=1)  # how long a visitor's session without an account lives
SLACK = timedelta(minutes=1)  # `seen` is renewed only when it is older than this
CONTEXT = b"jingui:session:1\0"


class Cipher(Protocol):
    """Authenticated encryption under the session key."""

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """Encrypt."""
        ...

    def open(self, envelope: bytes, aad: bytes, where: str = "") -> bytes:
        """Decrypt or raise Tampered."""
        ...


class Equipment(NamedTuple):
    """What the engine needs of this process."""

    cipher: Cipher
    digest: Callable[[bytes], bytes]
    now: Callable[[], datetime]


_installed: list[Equipment] = []


def install(cipher: Cipher, digest: Callable[[bytes], bytes], now: Callable[[], datetime]) -> None:
    """Give the engine its cipher, digest and clock."""
    _installed[:] = [Equipment(cipher, digest, now)]


def equipment() -> Equipment:
    """The installed equipment; Unavailable before the start."""
    if not _installed:
        raise Unavailable(where="sessions")
    return _installed[0]


@contextmanager
def reached() -> Iterator[None]:
    """Tell a database that does not answer as Unavailable."""
    try:
        yield
    except IntegrityError:
        raise
    except Error as error:
        raise Unavailable(where="sessions") from error


class Ended(NamedTuple):
    """A session that was found but is over: why, and what it had been."""

    reason: str  # idle | absolute | tampered
    account: int
    contents: dict[str, Any]


class SessionStore(SessionBase):
    """One session. `ended` says that the browser brought one that is over; `rest` how long this one lasts."""

    def __init__(self, session_key: str | None = None) -> None:
        """Nothing is read before the first use."""
        super().__init__(session_key)
        self.ended: Ended | None = None
        self.unknown = False  # the browser brought a key that stands for nothing (any more)
        self.seen: datetime | None = None
        self.expires: datetime | None = None

    @property
    def digest(self) -> bytes:
        """What is stored of the key; b"" without one."""
        return digest_of(self.session_key) if self.session_key else b""

    @property
    def short(self) -> str:
        """What the ledger calls this session: enough to tell two apart, too little to use."""
        return self.digest.hex()[:16]

    def rest(self) -> timedelta:
        """How long the session lasts if nothing more is asked."""
        now = equipment().now()
        ends = [(self.expires or now) - now]
        if self.get("idle"):
            ends.append(timedelta(seconds=self["idle"]))
        return max(timedelta(), min(ends))

    def load(self) -> dict[str, Any]:
        """The contents; nothing (and `ended`) when the row is missing, over or not as it was written."""
        with reached():
            row = Session.objects.filter(digest=self.digest).first()
        if row is None:
            self._session_key, self.unknown = None, True
            return {}
        now = equipment().now()
        try:
            contents: dict[str, Any] = opened(row, self.serializer)
        except Tampered:
            self.ended = Ended("tampered", row.account_id or 0, {})
            contents = {}
        else:
            idle = timedelta(seconds=contents.get("idle", ANONYMOUS.total_seconds()))
            if now >= row.expires or row.seen > now + SLACK * 5:  # a clock put back never prolongs
                self.ended = Ended("absolute", row.account_id or 0, contents)
            elif now - row.seen >= idle:
                self.ended = Ended("idle", row.account_id or 0, contents)
        if self.ended is not None:
            with reached():
                Session.objects.filter(digest=self.digest).delete()
            self._session_key = None
            return {}
        self.seen, self.expires = row.seen, row.expires
        return contents

    def stale(self) -> bool:
        """Whether `seen` should be renewed by saving."""
        return self.seen is not None and equipment().now() - self.seen >= SLACK

    def exists(self, session_key: str) -> bool:
        """Whether this key is taken."""
        with reached():
            return Session.objects.filter(digest=digest_of(session_key)).exists()

    def create(self) -> None:
        """Take a fresh key and store the contents under it."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]  # Django's own
            self.expires = None
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Store; UpdateError when the session was ended meanwhile: an ended session never comes back."""
        if self.session_key is None:
            return self.create()
        contents = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # Django's own
        now = equipment().now()
        if "until" in contents:  # set at sign-in: a new key or post never prolongs it
            self.expires = datetime.fromtimestamp(contents["until"], UTC)
        elif self.expires is None:
            self.expires = now + ANONYMOUS
        row = Session(
            digest=self.digest, account_id=contents.get("account") or None, seen=now, expires=self.expires
        )  # fmt: skip
        row.contents = equipment().cipher.seal(self.serializer().dumps(contents), bound_to(row))
        try:
            with reached(), transaction.atomic():
                if must_create:
                    row.save(force_insert=True)
                elif not Session.objects.filter(digest=row.digest).update(
                    account=row.account_id, seen=row.seen, expires=row.expires, contents=row.contents
                ):
                    raise UpdateError
        except IntegrityError as error:
            raise (CreateError if must_create else UpdateError) from error
        self.seen = now

    def delete(self, session_key: str | None = None) -> None:
        """End this (or the named) session."""
        key = session_key or self.session_key
        if key:
            with reached():
                Session.objects.filter(digest=digest_of(key)).delete()

    def others(self, account: int) -> list[tuple[bytes, dict[str, Any]]]:
        """Digest and contents of the account's other sessions; an unreadable one counts as any kind."""
        found = []
        with reached():
            rows = list(Session.objects.filter(account_id=account).exclude(digest=self.digest))
        for row in rows:
            try:
                contents: dict[str, Any] = opened(row, self.serializer)
            except Tampered:
                contents = {}
            found.append((bytes(row.digest), contents))
        return found

    def end_other(self, digest: bytes) -> None:
        """End the session with this digest."""
        with reached():
            Session.objects.filter(digest=digest).delete()

    @classmethod
    def overdue(cls) -> list[tuple[int, int, str, bytes]]:
        """(account, post, reason, digest) of the accounts' sessions that are over although nobody came back."""
        now, found = equipment().now(), []
        with reached():
            rows = list(Session.objects.filter(account__isnull=False))
        for row in rows:
            try:
                contents: dict[str, Any] = opened(row, JSONSerializer)
            except Tampered:
                contents = {"idle": 0}
            if now >= row.expires:
                found.append((row.account_id or 0, contents.get("post", 0), "absolute", bytes(row.digest)))
            elif now - row.seen >= timedelta(seconds=contents.get("idle", 0)):
                found.append((row.account_id or 0, contents.get("post", 0), "idle", bytes(row.digest)))
        return found

    @classmethod
    def clear_expired(cls) -> None:
        """Forget sessions whose absolute end has passed."""
        with reached():
            Session.objects.filter(expires__lt=equipment().now()).delete()


def digest_of(key: str) -> bytes:
    """What is stored of a session key."""
    return equipment().digest(CONTEXT + key.encode("utf-8", "replace"))


def bound_to(row: Session) -> bytes:
    """The associated data: the row's digest, account and times (microseconds)."""
    times = [int(at.timestamp() * 1_000_000) for at in (row.seen, row.expires)]
    return CONTEXT + bytes(row.digest) + f"|{row.account_id or 0}|{times[0]}|{times[1]}".encode()


def opened(row: Session, serializer: Any) -> dict[str, Any]:
    """The row's contents; Tampered when anything of it was changed."""
    place = f"session:{bytes(row.digest).hex()[:16]}"
    plain = equipment().cipher.open(bytes(row.contents), bound_to(row), place)
    return dict(serializer().loads(plain))
