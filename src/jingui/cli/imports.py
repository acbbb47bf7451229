"""`jingui import`."""

import argparse


def fhir(given: argparse.Namespace) -> int:
    """Import FHIR bundles."""
    raise NotImplementedError
