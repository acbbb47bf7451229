"""Settings that hold for every test; the simulated hospital stands in tests/hospital.py."""

import os
import tempfile

from hypothesis import HealthCheck, settings

# Two cores shared by many: a slow example is no failure. JINGUI_HYPOTHESIS=thorough looks harder.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", parent=settings.get_profile("usual"), max_examples=2_000)
settings.load_profile(os.environ.get("JINGUI_HYPOTHESIS", "usual"))

# A home of the tests' own: never the developer's demonstration data. Keys made here live as long as the run.
os.environ["JINGUI_HOME"] = tempfile.mkdtemp(prefix="jingui-test-")
os.environ["DJANGO_SETTINGS_MODULE"] = "jingui.config.settings"
