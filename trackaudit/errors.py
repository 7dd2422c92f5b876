"""What can go wrong that is not a finding.

TrackauditError          could not do the job; the command line exits 2
├── ConfigError          trackaudit.yaml or [tool.trackaudit]: unknown key, wrong type
├── RuleError            a rule or vocabulary file is broken
└── InputError           a path is missing or cannot be read

Each message says what, where (`file:line`) and what to do. What is wrong in a *scanned* file is never an
exception: it is a `Notice` on the result, and the run goes on.
"""

from __future__ import annotations


class TrackauditError(Exception):
    """The job could not be done. `problems` holds every problem found, a line each, ready to print."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ConfigError(TrackauditError):
    """The configuration is broken; all its problems at once."""


class RuleError(TrackauditError):
    """A rule or vocabulary file is broken; all its problems at once."""


class InputError(TrackauditError):
    """A path given by the user is missing or cannot be read."""
