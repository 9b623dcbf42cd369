"""What every test may ask for: real engines (tests/support/engines.py), and hypothesis profiles.

Under `CI=true` hypothesis runs without a random seed, so that a red run can be repeated.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.support.engines import _lasting_engine, engine, steady_engine

__all__ = ["_lasting_engine", "engine", "steady_engine"]

# Two noisy cores: a slow example is no fault of the code.
_QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("here", deadline=None, suppress_health_check=_QUIET)
settings.register_profile("ci", deadline=None, suppress_health_check=_QUIET, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")
