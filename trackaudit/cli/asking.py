"""Commands that explain: `rules`, `explain`, `identity`, `sinks`, `test-rules`."""

from __future__ import annotations

import os
import sys

import click

from trackaudit.cli.group import cli
from trackaudit.cli.output import FINDINGS, crashes, exit_code, open_pipe
from trackaudit.errors import InputError
from trackaudit.report import ReportOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from trackaudit.engine.rule import RuleSet
    from trackaudit.model import Finding, Result


@cli.command()
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
def rules(config: str | None) -> None:
    """List the rules: id, severity, what each finds."""
    from trackaudit.report.escape import escape

    ruleset = _load_rules(config)
    width = max((len(rule.id) for rule in ruleset.rules), default=0)
    with open_pipe(sys.stdout):
        for rule in ruleset.rules:
            severity = rule.severity
            if rule.severity_inferred != severity:  # declared IDs are surer ground than inferred ones
                severity = f"{severity}/{rule.severity_inferred}"
            click.echo(f"{rule.id.ljust(width)}  {severity.ljust(13)}  {escape(rule.summary)}")


@cli.command()
@click.argument("rule", metavar="RULE|PATH:LINE")
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def explain(rule: str, config: str | None, debug: bool) -> int:
    """Say what a rule finds and why it matters; of PATH:LINE, show the finding there whole, with its fix."""
    path, colon, line = rule.rpartition(":")
    if colon and path and line.isdigit():
        return _explain_finding(path, int(line), config, debug)
    from trackaudit.engine.document import document
    from trackaudit.report.escape import escape

    ruleset = _load_rules(config)
    found = ruleset.get(rule)
    if found is None:
        from trackaudit.suppress import unknown_rule

        raise InputError(unknown_rule(rule, [one.id for one in ruleset.rules]))
    with open_pipe(sys.stdout):
        for line in document(found).rstrip().split("\n"):
            click.echo(escape(line.replace("\t", "    ")))
    return 0


def _explain_finding(path: str, line: int, config: str | None, debug: bool) -> int:
    from trackaudit import pipeline
    from trackaudit.report import text, whole

    # The file's own folder is not enough: what reaches a send may come from anywhere in the project.
    options = pipeline.CheckOptions(paths=(path,), config=config, min_confidence="low", cwd=os.getcwd(), fix="propose")
    result = pipeline.check(options).result

    def stands_there(finding: Finding) -> bool:
        places = (finding.root, finding.sink, *(step.place for step in finding.trail))
        named = [place for place in places if os.path.normpath(result.prefix + place.path) == os.path.normpath(path)]
        return any(result.sources[place.path].position(place.start)[0] == line for place in named)

    found = tuple(finding for finding in result.findings if stands_there(finding))
    faults = crashes(result)
    with open_pipe(sys.stderr):
        text.write_notices(faults, sys.stderr, ReportOptions(text.wants_color(sys.stderr), debug=debug))
    if not found:
        raise InputError(f"{path}:{line}: no finding there; `trackaudit check {path}` lists those of the file")
    transforms = {one.id: one.transform for one in _load_rules(config).rules}
    with open_pipe(sys.stdout):
        whole.write(
            result._replace(findings=found), transforms, sys.stdout, ReportOptions(text.wants_color(sys.stdout))
        )
        sys.stdout.flush()
    return exit_code(faults._replace(findings=()), "error")


@cli.command()
@click.argument("paths", nargs=-1)
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def identity(paths: tuple[str, ...], config: str | None, debug: bool) -> int:
    """Show the project's IDs: hard or soft, what each holds, and the places that say so."""
    from trackaudit import pipeline
    from trackaudit.report import text

    options = pipeline.CheckOptions(paths=paths, config=config, debug=debug, cwd=os.getcwd())
    schema, result = pipeline.identity(options)
    return _answer(result, debug, lambda colored: text.write_schema(schema, result, sys.stdout, colored))


@cli.command()
@click.argument("paths", nargs=-1)
@click.option("--config", metavar="FILE", help="Configuration to use instead of the one found.")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def sinks(paths: tuple[str, ...], config: str | None, debug: bool) -> int:
    """List the project's wrappers: functions whose parameters reach a send, each with its way there."""
    from trackaudit import pipeline
    from trackaudit.report import text

    wrappers, result = pipeline.sinks(pipeline.CheckOptions(paths=paths, config=config, debug=debug, cwd=os.getcwd()))
    return _answer(result, debug, lambda colored: text.write_sinks(wrappers, result, sys.stdout, colored))


def _answer(result: Result, debug: bool, write: Callable[[ReportOptions], object]) -> int:
    """Print what was asked for, then the run's notices."""
    from trackaudit.report import text

    with open_pipe(sys.stdout):
        write(ReportOptions(text.wants_color(sys.stdout)))
        sys.stdout.flush()
    with open_pipe(sys.stderr):
        text.write_notices(result, sys.stderr, ReportOptions(text.wants_color(sys.stderr), debug=debug))
    return exit_code(result._replace(findings=()), "error")


@cli.command("test-rules")
@click.argument("directory", metavar="DIR")
@click.option("--debug", is_flag=True, help="Show the traceback if trackaudit itself fails.")
def test_rules(directory: str, debug: bool) -> int:
    """Run the examples of your own rules in DIR (one YAML file a rule)."""
    from trackaudit import pipeline
    from trackaudit.engine import examples
    from trackaudit.report.escape import escape

    if not os.path.isdir(directory):
        raise InputError(f"{directory}: no such folder")
    total = failed = 0
    with open_pipe(sys.stdout):
        for outcome in examples.test_rules(directory, pipeline.check_text):
            total += 1
            failed += bool(outcome.problems)
            for problem in outcome.problems:
                click.echo(f"{escape(outcome.rule)} / {escape(outcome.example)}: {escape(problem)}")
    if not total:
        raise InputError(f"{directory}: there is no rule with an example in it")
    click.echo(f"{total} examples, {failed} of them wrong." if failed else f"{total} examples, all right.", err=True)
    return FINDINGS if failed else 0


def _load_rules(config: str | None) -> RuleSet:
    from trackaudit.config import load_config
    from trackaudit.discover import locate
    from trackaudit.engine.load import load_rules

    return load_rules(load_config(locate((), config=config).config))
