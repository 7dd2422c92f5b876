"""The first steps: a configuration that is proposed and true, its schema, and the list of tracking calls."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft7Validator
from test_baseline import commit, git, write

from trackaudit.cli import main
from trackaudit.config import _KEYS, _SINK_KEYS, load_config
from trackaudit.config.schema import schema
from trackaudit.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

SHOP = {
    "login.js": "exponea.identify({ email_id: user.email.toLowerCase() }, { email: user.email });\n",
    "track.js": "export function buy(cart) {\n  exponea.track('purchase', { total: cart.total });\n}\n",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    git(tmp_path, "init", "-q")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_init_shows_the_evidence_and_writes_a_configuration_that_loads(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, SHOP)
    assert main(["init"]) == 0
    captured = capsys.readouterr()
    assert "email_id" in captured.out and "login.js:1" in captured.out
    assert "Nothing was written" in captured.err and not (project / "trackaudit.yaml").exists()
    assert main(["init", "--yes"]) == 0
    config = load_config(str(project / "trackaudit.yaml"))
    assert (config.identifiers["email_id"].type, config.identifiers["email_id"].holds) == ("hard", "email")
    assert config.identifiers["cookie"].type == "soft"
    assert "# login.js:1: " in (project / "trackaudit.yaml").read_text(encoding="utf-8")
    assert main(["check"]) == 0


def test_what_nothing_in_the_code_says_is_written_as_a_comment(project: Path) -> None:
    write(project, {"a.js": "exponea.track('x', { total: 1 });\n"})
    assert main(["init", "--yes"]) == 0
    assert load_config(str(project / "trackaudit.yaml")).identifiers == {}
    assert "#   registered: {type: hard, holds: email}" in (project / "trackaudit.yaml").read_text(encoding="utf-8")


def test_init_leaves_a_configuration_that_is_there_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {**SHOP, "trackaudit.yaml": "fail-on: info\n"})
    assert main(["init", "--yes"]) == 2
    assert "there is a configuration already" in capsys.readouterr().err
    assert (project / "trackaudit.yaml").read_text(encoding="utf-8") == "fail-on: info\n"


def test_an_id_name_cannot_write_keys_of_its_own(project: Path) -> None:
    name = "x: {type: soft}\\nexclude: ['**']\\n#"
    write(project, {"a.js": f'exponea.identify({{ "{name}": user.email }});\n'})
    assert main(["init", "--yes"]) == 0
    config = load_config(str(project / "trackaudit.yaml"))
    assert config.exclude == ()
    assert len(config.identifiers) == 2


# --------------------------------------------------------------------------------------------------- schema


def test_the_schema_has_the_keys_that_the_configuration_is_read_by() -> None:
    made = schema()
    Draft7Validator.check_schema(made)
    assert tuple(made["properties"]) == _KEYS
    assert tuple(made["properties"]["sinks"]["items"]["properties"]) == _SINK_KEYS


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "identifiers: {registered: {type: hard, holds: email, lowercased: true}, cookie: {type: soft}}",
        "globals: [brx, a.b]",
        'sinks: [{call: "@a/b.c", properties: 0}, {call: x.y, ids: customer.id, operation: identify, stateful: true}]',
        'exclude: ["vendor/**"]\nper-path-ignores: {"imports/**": [placeholder-id], "a": placeholder-id}',
        'rules: {placeholder-id: "off", undeclared-id: info}\nfail-on: info\ninclude-tests: true',
        "max-file-size: 5MB\nrequire-reason: true\nbaseline: lint/accepted.json",
        "max-file-size: 500",
        # what neither takes
        "fail-on: warn",
        "include-tests: maybe",
        "identifiers: {registered: {type: hrd}}",
        "identifiers: {cookie: soft}",
        "sinks: [{properties: 0}]",
        "exclude: vendor",
        "rules: {placeholder-id: eror}",
        "max-file-size: 5XB",
        "baselines: x",
        "baseline: [x]",
    ],
)
def test_the_schema_and_the_reader_take_and_refuse_the_same(tmp_path: Path, text: str) -> None:
    import yaml

    write(tmp_path, {"trackaudit.yaml": text})
    try:
        load_config(str(tmp_path / "trackaudit.yaml"))
        taken = True
    except ConfigError:
        taken = False
    assert Draft7Validator(schema(["placeholder-id"])).is_valid(yaml.safe_load(text)) == taken


def test_the_schema_is_printed_with_the_ids_of_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert "identifier-in-update" in printed["properties"]["rules"]["properties"]


# ------------------------------------------------------------------------------------------------ inventory


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(["inventory", *arguments]) == 0
    return capsys.readouterr().out


def test_the_inventory_lists_each_call_with_its_ids_properties_and_event(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, SHOP)
    calls = json.loads(listed(capsys, "--format", "json"))["calls"]
    assert calls == [
        {"path": "login.js", "line": 1, "channel": "page", "operation": "identify", "call": "exponea.identify",
         "event": "", "ids": ["email_id"], "properties": ["email"], "function": ""},
        {"path": "track.js", "line": 2, "channel": "page", "operation": "event", "call": "exponea.track",
         "event": "purchase", "ids": [], "properties": ["total"], "function": "buy"},
    ]  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(listed(capsys, "--format", "csv"))))
    assert [(row["event"], row["properties"]) for row in rows] == [("", "email"), ("purchase", "total")]
    table = listed(capsys).splitlines()
    assert len(table) == 3 and table[2].split()[:4] == ["track.js:2", "event", "exponea.track", "purchase"]
    assert listed(capsys, "--format", "markdown").count("\n|") == 3


def test_what_a_change_adds_and_removes_is_listed_and_what_moves_is_not(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(project, SHOP)
    write(
        project,
        {
            "login.js": "\n\n" + SHOP["login.js"],
            "track.js": SHOP["track.js"].replace("total: cart.total", "total: cart.total, items: cart.items"),
        },
    )
    out = listed(capsys, "--diff", "HEAD").splitlines()
    assert [line[0] for line in out[1:]] == ["-", "+"]
    assert out[2].endswith("total, items")
    changes = json.loads(listed(capsys, "--diff", "HEAD", "--format", "json"))["calls"]
    assert [one["change"] for one in changes] == ["removed", "added"]
    assert len(list(csv.reader(io.StringIO(listed(capsys, "--diff", "HEAD", "--format", "csv"))))) == 3


def test_a_cell_of_the_inventory_is_no_formula_and_no_markup(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"a.js": "exponea.track('=cmd()|<img src=x>', { '@x': 1 });\n"})
    [_, row] = csv.reader(io.StringIO(listed(capsys, "--format", "csv")))
    assert "'=cmd()|<img src=x>" in row and "'@x" in row
    markdown = listed(capsys, "--format", "markdown").splitlines()[2]
    assert "<img" not in markdown and markdown.count("|") == 7
