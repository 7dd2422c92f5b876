"""A configuration to begin with: the ID names that were inferred in, a commented trackaudit.yaml out."""

from __future__ import annotations

from trackaudit.config import KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import IdSchema

_EVIDENCE = 3
"""Places that are named beside an ID."""
_REST = """
# Other names of the page SDK.
# globals: [brx]

# Wrappers that cannot be seen, e.g. from a package.
# sinks:
#   - {call: "@acme/analytics.setCustomer", properties: 0}

# Mapping files of other tools, in formats that you describe: docs/imports.md.
# imports: [{files: "syncs/*.yaml", rows: mappings, column: from, target: to, ids: {field: type, is: identifier}}]

# Files that are not read, and rules that are not reported in some files (patterns as in .gitignore).
# exclude: ["vendor/**"]
# per-path-ignores: {"imports/**": [import-without-hard-id]}

# The severity of a rule, or off.
# rules: {identifier-only-in-event: off}

# The lowest severity that makes the exit code 1.
fail-on: warning

# An ignore comment must say why.
# require-reason: true

# Findings that were accepted before; `trackaudit baseline` writes the file.
# baseline: trackaudit-baseline.json
"""


def sample(schema: IdSchema, places: dict[str, list[str]]) -> str:
    """The file's text. `places`: for each ID name, where it was seen (`path:line: words`), safe to print."""
    sure = schema.source != "default"
    lines = [
        "# Configuration of trackaudit; every key: docs/config.md. `trackaudit schema` prints its JSON Schema.",
        "",
        "# The IDs of this project. Check them against the project's settings in Engagement: only those are the truth.",
    ]
    if not sure:
        lines += [
            "# Nothing in the code says which IDs there are, so this is what Engagement begins with. Remove the marks",
            "# when you have checked it.",
        ]
    mark = "" if sure else "# "
    lines.append(f"{mark}identifiers:")
    for name in schema.names:
        parts = [f"type: {'hard' if name.hard else 'soft'}"]
        parts += [f"holds: {name.holds}"] if name.holds in KINDS else []
        parts += ["lowercased: true"] if name.lowercased else []
        lines += [f"{mark}  # {place}" for place in places.get(name.name, ())[:_EVIDENCE]]
        more = len(places.get(name.name, ())) - _EVIDENCE
        lines += [f"{mark}  # and {more} more places"] if more > 0 else []
        lines.append(f"{mark}  {_quoted(name.name)}: {{{', '.join(parts)}}}")
        if name.hard and not name.lowercased:
            lines.append(f"{mark}  # add `lowercased: true` if its lower-case transformation is switched on")
    return "\n".join(lines) + "\n" + _REST


def _quoted(name: str) -> str:
    import json

    plain = name.replace("_", "a").replace("-", "a")
    reserved = name.lower() in ("yes", "no", "on", "off", "true", "false", "null", "y", "n")
    return name if plain.isalnum() and plain.isascii() and not name[0].isdigit() and not reserved else json.dumps(name)
