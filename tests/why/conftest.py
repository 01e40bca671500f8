"""The same examples at every run, as in the other properties."""

from __future__ import annotations

import tests.properties.conftest  # noqa: F401 - it registers and loads the profile
