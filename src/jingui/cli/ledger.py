"""`jingui verify | export | token | bench`."""

import argparse


def verify(given: argparse.Namespace) -> int:
    """Verify."""
    raise NotImplementedError


export = token = bench = verify
