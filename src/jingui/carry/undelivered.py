"""五（一）3 传输: why an attempt did not arrive, as a row of core.sending.PROBLEMS [5.1.3]"""

import asyncio
import ssl

import httpx


class Undelivered(Exception):
    """An attempt that ended without a receipt; `wait`: how many seconds the other side asks for."""

    def __init__(self, problem: str, wait: int = 0, said: str = "") -> None:
        """Name the row; `said` is for the log of this host and never holds content."""
        super().__init__(problem)
        self.problem, self.wait, self.said = problem, wait, said


def problem_of(error: BaseException) -> str:
    """The row that an error of a connection stands for; "broken" when it says nothing better."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, Undelivered):
            return seen.problem
        if isinstance(seen, ssl.SSLError) and (isinstance(seen, ssl.SSLEOFError) or "UNEXPECTED_EOF" in str(seen)):
            return "broken"  # a link that ends in the middle of a handshake says nothing about certificates
        if isinstance(seen, ssl.SSLError | ssl.CertificateError):
            return "tls"
        if isinstance(seen, TimeoutError | asyncio.TimeoutError | httpx.TimeoutException):
            return "timeout"
        if isinstance(seen, ConnectionRefusedError):
            return "unreachable"
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, httpx.ConnectError):
        return "unreachable"
    return "broken"
