"""`jingui doctor`."""

import argparse


def doctor(given: argparse.Namespace) -> int:
    """Check."""
    raise NotImplementedError
