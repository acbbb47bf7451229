"""Settings that hold for every test; the simulated hospital stands in tests/hospital.py."""

import os
import tempfile
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Two cores shared by many: a slow example is no failure. JINGUI_HYPOTHESIS=thorough looks harder.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", parent=settings.get_profile("usual"), max_examples=2_000)
settings.load_profile(os.environ.get("JINGUI_HYPOTHESIS", "usual"))

# A home of the tests' own: never the developer's demonstration data. Keys made here live as long as the run.
os.environ["JINGUI_HOME"] = tempfile.mkdtemp(prefix="jingui-test-")
os.environ["DJANGO_SETTINGS_MODULE"] = "jingui.config.settings"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Several workers: a folder's files stay together and in order, for most folders share one house."""
    from xdist.scheduler import LoadScopeScheduling

    class Folders(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.split("::")[0].split("/")[1]

    return Folders(config, log)
