"""六（一）安全防护: timed work as the named actor `system:<job>`, through the same door [6.1.2] [6.1]

Tasks carry ids only, never patient information. `config.work` gives them a queue and runs them.
"""

from procrastinate import Blueprint

from jingui.core.operation import Actor
from jingui.core.words import Entrance, Strength

timed = Blueprint()


def actor(job: str) -> Actor:
    """The named actor of a timed job on this host."""
    return Actor(name=f"system:{job}", strength=Strength.LOCAL, entrance=Entrance.JOB)
