"""Rules as Markdown: a rule or a RuleSet in, the text of `explain` and of docs/rules.md out."""

from __future__ import annotations

from trackaudit.engine.examples import marks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.engine.rule import Example, Rule, RuleSet

_FENCES = {"tsx": "tsx", "javascript": "js", "typescript": "ts", "python": "python", "json": "json", "yaml": "yaml"}
_APPLICABILITY = {
    "safe": "Its fix is safe where the configuration declares the ID and the value is certain.",
    "unsafe": "Its fix is written only with `--unsafe-fixes`: a merge of profiles cannot be undone.",
    "display-only": "Its fix is shown, never written.",
}


def document(rule: Rule) -> str:
    """One rule as Markdown: what it finds, why, and its examples."""
    return "\n".join(_lines(rule)) + "\n"


def page(ruleset: RuleSet) -> str:
    """The index of all rules, each of which has a page of its own."""
    lines = [
        "# Rules",
        "",
        "<!-- Generated from rules/*.yaml by scripts/docs.py. Edit the rules, not this page. -->",
        "",
        "| rule | severity | finds |",
        "|---|---|---|",
    ]
    for rule in ruleset.rules:
        lines.append(f"| [{rule.id}](rules/{rule.id}.md) | {_severity(rule)} | {rule.summary} |")
    return "\n".join(lines) + "\n"


def _lines(rule: Rule) -> list[str]:
    lines = [f"## {rule.id}", "", f"{rule.summary}. Severity: {_severity(rule)}.", "", rule.why.strip(), ""]
    if rule.transform:
        lines += [_APPLICABILITY[rule.applicability], ""]
    if rule.supersedes:
        others = ", ".join(f"`{other}`" for other in rule.supersedes)
        lines += [f"Where it speaks, these are silent: {others}.", ""]
    for example in rule.examples:
        lines += [*_example(example), ""]
    return lines[:-1]


def _severity(rule: Rule) -> str:
    if rule.severity == rule.severity_inferred:
        return rule.severity
    return f"{rule.severity}, {rule.severity_inferred} where the IDs are not declared"


def _example(example: Example) -> list[str]:
    sort = "Bad" if example.bad else "Good"
    text = marks(example.bad or example.good)[0]
    lines = [f"{sort}: {example.name}", "", *_fence(example, text)]
    if example.config is not None:
        lines += ["", "with this configuration:", "", "```yaml", *_yaml(example), "```"]
    if example.fixed or example.right:
        said = "Fixed:" if example.fixed else "Right:"
        lines += ["", said, "", *_fence(example, example.fixed or example.right)]
    return lines


def _fence(example: Example, text: str) -> list[str]:
    return [f"```{_FENCES[example.language]}", *text.rstrip("\n").split("\n"), "```"]


def _yaml(example: Example) -> list[str]:
    import yaml

    return str(yaml.safe_dump(example.config, sort_keys=False, default_flow_style=None)).rstrip("\n").split("\n")
