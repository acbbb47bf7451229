"""五（一）2 共享文档: a hundred documents a second and more, measured as the bench measures it [5.1.2]"""

from jingui.bench.documents import documents


def test_more_than_a_hundred_a_second() -> None:
    """Written and read; processor time, so that neighbours hardly count."""
    found = {one.name: one.value for one in documents(0.5)}
    print(found)
    assert set(found) == {"cda_write", "cda_read"}
    assert min(found.values()) > 100
