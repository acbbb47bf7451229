"""四（二）4 去标识化: labelled texts that nobody here wrote, a sample of each, with floors [4.2.4]"""

import pytest

from jingui.bench.deid import measured
from tests.formats.shared import folder

#: Set: least share of names found, most of clinical terms destroyed. docs/deidentification.md has all figures.
FLOORS = {
    "people_daily_ner_1000": (0.97, None),
    "resume_dev": (0.98, None),
    "boson_1000": (0.95, None),
    "cluener_train_1000": (0.91, None),
    "weibo_ner_train": (0.86, None),
    "yidu_train_200": (None, 0.005),
}


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_names_are_found_and_terms_stay(name: str) -> None:
    least, most = FLOORS[name]
    counted = measured(folder("text") / f"{name}.txt", 250)
    row = counted.row()
    assert counted.texts >= 200
    if least is not None:
        assert counted.labelled["names"] >= 40
        assert row["names_recall"] >= least, row
    if most is not None:
        assert counted.labelled["terms"] >= 1000
        assert row["terms_destroyed"] <= most, row
