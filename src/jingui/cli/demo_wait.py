"""Waits until a file says a word, then becomes another program: `demo_wait.py FILE WORD PROGRAM…`; ten megabytes."""

import os
import sys
import time

LOOK = 1.0


def says(path: str, word: str) -> bool:
    """Whether the file is there and holds the word."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return word in file.read()
    except FileNotFoundError:
        return False


def main(path: str, word: str, program: list[str]) -> None:
    """Wait and become it."""
    while not says(path, word):
        time.sleep(LOOK)
    os.execv(program[0], program)  # noqa: S606 -- what the demonstration starts itself, no shell


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
