"""A house of this folder's own, with some hundred entries; each test turns its sequencer by hand."""

from collections.abc import Iterator

import pytest

from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from tests.gate.test_door import bundle
from tests.hospital import Hospital, house
from tests.store.sequencing import sequencer, turn


@pytest.fixture(scope="package")
def hospital() -> Iterator[Hospital]:
    """A running house without a sequencer; its watch rests, so that a test can tamper and mend."""
    from jingui.gate import door

    with house(sequenced=False) as made:
        for k in range(4):
            done = made.enter("his", *bundle(f"王{k}", f"0077000{k}"), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
            number, record = made.runtime.ids.internal(done[2].id)
            for _ in range(70):
                door.sheet(made.operation("doctor", Verb.READ, target=Target(patient=number, record=record)))
            with sequencer(made) as one:
                turn(one)
        yield made
