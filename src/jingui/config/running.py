"""Runs a module of an entrance with the door open in this process:

`python -m jingui.config.running [--sequencing] MODULE ARGUMENT…`, where `--sequencing` keeps a sequencer beside it.
Entrances never import the wiring; this is how a process of theirs gets it.
"""

import runpy
import sys

from jingui.config import house


def main() -> int:
    """Make this home's house ready and run the module named first as the main one, with the rest as its arguments."""
    sequencing = sys.argv[1] == "--sequencing"
    del sys.argv[: 2 if sequencing else 1]
    with house.opened(sequencing=sequencing):
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=False)
    return 0


if __name__ == "__main__":
    main()
