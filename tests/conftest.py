"""What every test shares: how many programs hypothesis makes up (`HYPOTHESIS_PROFILE`, see the Makefile), and a cache
folder of its own."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile("nightly", deadline=None, print_blob=True, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def many() -> int:
    """So many made-up projects, where each takes seconds."""
    return 100 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 6
