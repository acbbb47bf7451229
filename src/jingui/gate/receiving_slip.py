"""五（一）3: where the content of a message that waits lies [5.1.3] [3.1.1]"""


def place(number: int) -> str:
    """What the payload of a received message is bound to."""
    return f"received{number:024x}"
