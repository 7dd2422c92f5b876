"""The wheel's build: packs the rules and the vocabulary into one file that is read without YAML (config/packed.py)."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PackRules(BuildHookInterface[Any]):
    """Adds the packed file beside the YAML files. An editable install gets none: there the YAML is what runs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the file and have it included. `version`: "standard" or "editable"."""
        if version != "standard":
            return
        sys.path.insert(0, self.root)
        from trackaudit.config.packed import NAME
        from trackaudit.engine.load import pack_built_in

        handle, self._packed = tempfile.mkstemp(suffix=".bin")
        with open(handle, "wb") as file:
            file.write(pack_built_in())
        os.chmod(self._packed, 0o644)
        build_data["force_include"][self._packed] = f"trackaudit/_rules/{NAME}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary file."""
        if version == "standard":
            os.unlink(self._packed)
