"""Logs never carry content: no exception values, no arguments that a request brought."""

import logging


class NoContent(logging.Filter):
    """Keeps a record's own constant text and drops its arguments and traceback when they may hold content."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always let the record through, emptied of what a request brought."""
        if record.name.startswith("django") and record.exc_info:
            kind = record.exc_info[0]
            record.msg, record.args = f"{record.name}: {kind.__name__ if kind else 'error'}", ()
            record.exc_info = record.exc_text = None
        return True
