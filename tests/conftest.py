"""Settings that hold for every test; the simulated hospital stands in tests/hospital.py."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Two cores shared by many: a slow example is no failure. JINGUI_HYPOTHESIS=thorough looks harder.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", parent=settings.get_profile("usual"), max_examples=2_000)
settings.load_profile(os.environ.get("JINGUI_HYPOTHESIS", "usual"))

# A home of the tests' own: never the developer's demonstration data. Keys made here live as long as the run.
os.environ["JINGUI_HOME"] = tempfile.mkdtemp(prefix="jingui-test-")
os.environ["DJANGO_SETTINGS_MODULE"] = "jingui.config.settings"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers a folder's files stay together and in order: most folders share one house."""
    here = Path(__file__).parent
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(here).parts[0]))
