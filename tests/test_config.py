"""The configuration: found, read, and told what is wrong with it, line by line."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from trackaudit.config import Config, Identifier, Sink, find_config, load_config, rules_dir, unknown_rule
from trackaudit.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

FULL = """\
identifiers:
  registered: {type: hard, holds: email, lowercased: true}
  cookie: {type: soft}
globals: [brx]
sinks:
  - {call: "@acme/analytics.setCustomer", properties: 0}
  - {call: "acme.crm.push", ids: customer_ids, properties: properties, stateful: false, channel: api}
exclude: ["vendor/**"]
per-path-ignores: {"imports/**": [import-without-hard-id]}
rules: {identifier-only-in-event: off, hard-id-not-lowercased: error}
extend-rules: [lint/rules]
fail-on: info
include-tests: true
max-file-size: 2MB
"""

FULL_TOML = """\
[project]
name = "shop"

[tool.trackaudit]
globals = ["brx"]
exclude = ["vendor/**"]
extend-rules = ["lint/rules"]
fail-on = "info"
include-tests = true
max-file-size = "2MB"

[tool.trackaudit.identifiers]
registered = {type = "hard", holds = "email", lowercased = true}
cookie = {type = "soft"}

[[tool.trackaudit.sinks]]
call = "@acme/analytics.setCustomer"
properties = 0

[[tool.trackaudit.sinks]]
call = "acme.crm.push"
ids = "customer_ids"
properties = "properties"
stateful = false
channel = "api"

[tool.trackaudit.per-path-ignores]
"imports/**" = ["import-without-hard-id"]

[tool.trackaudit.rules]
identifier-only-in-event = "off"
hard-id-not-lowercased = "error"
"""


def write(folder: Path, text: str, name: str = "trackaudit.yaml") -> str:
    path = folder / name
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return str(path)


def problems_of(path: str) -> list[str]:
    """The problems of a broken configuration, without the folder before the file's name."""
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    label = os.path.relpath(path)
    assert all(problem.startswith(label) for problem in caught.value.problems)
    return [os.path.basename(path) + problem[len(label) :] for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "text"), [("trackaudit.yaml", FULL), ("trackaudit.yml", FULL), ("pyproject.toml", FULL_TOML)]
)
def test_every_key_is_read_from_yaml_and_from_pyproject(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "lint" / "rules").mkdir(parents=True)
    config = load_config(write(tmp_path, text, name))
    assert config.root == str(tmp_path)
    assert {key: found._replace(line=0) for key, found in config.identifiers.items()} == {
        "registered": Identifier("hard", "email", True),
        "cookie": Identifier("soft"),
    }
    assert config.globals == ("brx",)
    assert [sink._replace(line=0) for sink in config.sinks] == [
        Sink("@acme/analytics.setCustomer", properties="0"),
        Sink("acme.crm.push", ids="customer_ids", properties="properties", stateful=False, channel="api"),
    ]
    assert config.exclude == ("vendor/**",)
    assert config.per_path_ignores == (("imports/**", ("import-without-hard-id",)),)
    assert dict(config.rules) == {"identifier-only-in-event": "off", "hard-id-not-lowercased": "error"}
    assert config.extend_rules == (str(tmp_path / "lint" / "rules"),)
    assert (config.fail_on, config.include_tests, config.max_file_size) == ("info", True, 2_000_000)
    assert {rule for rule, _ in config.rule_lines} == {
        "import-without-hard-id",
        "identifier-only-in-event",
        "hard-id-not-lowercased",
    }


def test_rule_ids_and_identifiers_keep_their_lines(tmp_path: Path) -> None:
    (tmp_path / "lint" / "rules").mkdir(parents=True)
    yaml = load_config(write(tmp_path, FULL))
    assert dict(yaml.rule_lines)["identifier-only-in-event"] == 10
    assert yaml.identifiers["cookie"].line == 3
    toml = load_config(write(tmp_path, FULL_TOML, "pyproject.toml"))
    assert (
        dict(toml.rule_lines)["hard-id-not-lowercased"]
        == FULL_TOML.splitlines().index('hard-id-not-lowercased = "error"') + 1
    )
    assert toml.identifiers["cookie"].line == FULL_TOML.splitlines().index('cookie = {type = "soft"}') + 1
    complaint = unknown_rule(yaml, "identifier-in-updat", 10, ["identifier-in-update", "placeholder-id"])
    assert complaint.endswith(
        'trackaudit.yaml:10: unknown rule "identifier-in-updat"; allowed: identifier-in-update, placeholder-id;'
        ' did you mean "identifier-in-update"?'
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}\n", "---\n", "rules:\nexclude:\n"])
def test_nothing_said_means_the_defaults(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    assert load_config(path) == Config(path=path, root=str(tmp_path))
    assert load_config(None) == Config()
    assert (Config().fail_on, Config().include_tests, Config().max_file_size) == ("warning", False, 5_000_000)


def test_every_problem_is_told_at_once_in_order_with_what_is_allowed(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """\
        glbals: [brx]
        identifiers:
          registered: {type: hrd, holds: mail}
          cookie: soft
        globals: [1x]
        sinks:
          - {properties: 0}
          - {call: "a.b", ids: "a..b"}
          - {call: "a.b"}
        exclude: vendor
        rules: {placeholder-id: eror, undeclared-id: [off]}
        fail-on: warn
        include-tests: maybe
        max-file-size: 5XB
        """,
    )
    assert problems_of(path) == [
        'trackaudit.yaml:1: unknown key "glbals" in the configuration; allowed: identifiers, globals, sinks, imports,'
        " exclude, per-path-ignores, rules, extend-rules, fail-on, include-tests, max-file-size, require-reason,"
        " baseline, max-files, max-tokens, max-depth, max-aliases, max-steps, max-run-steps, max-seconds;"
        ' did you mean "globals"?',
        'trackaudit.yaml:3: type of the identifier registered cannot be "hrd"; allowed: hard, soft;'
        ' did you mean "hard"?',
        'trackaudit.yaml:3: holds of the identifier registered cannot be "mail"; allowed: email, phone, customer_id,'
        ' opaque; did you mean "email"?',
        'trackaudit.yaml:4: the identifier cookie must be a mapping, not "soft"; allowed: type, holds, lowercased',
        "trackaudit.yaml:5: '1x' is not the name of a global; allowed: a dotted name, e.g. brx or acme.sdk",
        'trackaudit.yaml:7: a sink needs a call; allowed: the dotted name of what is called, e.g. "acme.crm.push"',
        "trackaudit.yaml:8: ids of a sink cannot be 'a..b'; allowed: an argument's number or name,"
        " e.g. 0, data, 0.user",
        "trackaudit.yaml:9: a sink needs ids, properties or event; allowed: an argument's number or name,"
        " e.g. 0, data, 0.user",
        'trackaudit.yaml:10: exclude must be a list, not "vendor"',
        'trackaudit.yaml:11: rule placeholder-id cannot be "eror"; allowed: off, error, warning, info;'
        ' did you mean "error"?',
        "trackaudit.yaml:11: rule undeclared-id cannot be a list; allowed: off, error, warning, info",
        'trackaudit.yaml:12: fail-on cannot be "warn"; allowed: error, warning, info; did you mean "warning"?',
        'trackaudit.yaml:13: include-tests must be true or false, not "maybe"',
        'trackaudit.yaml:14: max-file-size cannot be \'5XB\'; allowed: a number of bytes, or e.g. "500KB", "5MB"',
    ]


def test_problems_in_pyproject_have_their_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """\
        [build-system]
        requires = []

        [tool.trackaudit]
        fail-on = "warn"
        rules.placeholder-id = "eror"

        [tool.trackaudit.identifiers.registered]
        type = "hrd"

        [[tool.trackaudit.sinks]]
        call = "a.b"
        properties = 0

        [[tool.trackaudit.sinks]]
        cal = "a.b"
        """,
        "pyproject.toml",
    )
    lines = [problem.split(": ")[0] for problem in problems_of(path)]
    assert lines == [f"pyproject.toml:{line}" for line in (5, 6, 9, 15, 15, 16)]


@pytest.mark.parametrize(
    ("folder", "what"),
    [
        ("../elsewhere", "cannot be '../elsewhere'"),
        ("lint/../../elsewhere", "cannot be"),
        ("/etc", "cannot be '/etc'"),
        ("~/rules", "cannot be"),
        ("C:/rules", "cannot be"),
        ("..\\\\elsewhere", "cannot be"),
        ("link", "cannot be 'link'"),
        ("missing", "there is no folder 'missing'"),
    ],
)
def test_rules_from_outside_the_folder_are_refused(tmp_path: Path, folder: str, what: str) -> None:
    inside = tmp_path / "project"
    (inside / "lint").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (inside / "link").symlink_to(tmp_path / "elsewhere")
    [problem] = problems_of(write(inside, f'extend-rules: ["{folder}"]\n'))
    assert problem.startswith("trackaudit.yaml:1: extend-rules")
    assert what in problem


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("rules: [\n", 2, "not valid YAML"),
        ("a: b: c\n", 1, "not valid YAML"),
        ("rules: {}\nrules: {}\n", 2, 'the key "rules" is there twice'),
        ("a: &x [1]\nb: *x\n", 2, "aliases"),
        ("fail-on: info\n---\nfail-on: error\n", 2, "only one document"),
        ("- a\n", 1, "the configuration must be a mapping, not a list"),
        ("a\n", 1, 'the configuration must be a mapping, not "a"'),
        ("[" * 50_000, 1, "nested too deep"),
        ("? [a]\n: b\n", 1, "a key must be a word"),
        ("x: " + "y" * 1_000_001, 1, "larger than 1000 KB"),
        ("a: \x07\n", 1, "not valid YAML"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    [problem] = problems_of(write(tmp_path, text))
    assert problem.startswith(f"trackaudit.yaml:{line}: ")
    assert what in problem


def test_python_objects_in_yaml_are_texts_and_nothing_runs(tmp_path: Path) -> None:
    [problem] = problems_of(write(tmp_path, "fail-on: !!python/object/apply:os.system ['true']\n"))
    assert "fail-on cannot be a list" in problem


def test_toml_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    [problem] = problems_of(write(tmp_path, "[tool.trackaudit]\nfail-on = \n", "pyproject.toml"))
    assert problem.startswith("pyproject.toml:2: not valid TOML")
    [missing] = problems_of(write(tmp_path, "[tool.other]\n", "pyproject.toml"))
    assert missing == "pyproject.toml: has no [tool.trackaudit] table"


def test_bytes_that_are_not_utf_8_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "trackaudit.yaml"
    path.write_bytes(b"fail-on: info\n# caf\xe9\n")
    [problem] = problems_of(str(path))
    assert problem == "trackaudit.yaml:2: not UTF-8"


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    [problem] = problems_of(str(tmp_path / "no.yaml"))
    assert problem.startswith("no.yaml: cannot be read: ")


def test_what_the_file_says_never_reaches_the_terminal_raw(tmp_path: Path) -> None:
    [problem] = problems_of(write(tmp_path, 'fail-on: "\\e[31mred\\a"\n'))
    assert "\x1b" not in problem and "\x07" not in problem
    assert "\\x1b[31mred\\x07" in problem


@pytest.mark.parametrize(
    ("text", "size"),
    [("1000", 1000), ("1_000", 1000), ('"500KB"', 500_000), ("5 MB", 5_000_000), ("1GiB", 1 << 30), ("64b", 64)],
)
def test_sizes_are_bytes_or_have_a_unit(tmp_path: Path, text: str, size: int) -> None:
    assert load_config(write(tmp_path, f"max-file-size: {text}\n")).max_file_size == size


@pytest.mark.parametrize("text", ["0", "-1", "1.5MB", "big", "true", "[]", '""'])
def test_a_size_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    [problem] = problems_of(write(tmp_path, f"max-file-size: {text}\n"))
    assert "max-file-size cannot be" in problem


def test_the_nearest_configuration_upwards_is_found(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert find_config(str(below), str(tmp_path)) is None
    top = write(tmp_path, "", "trackaudit.yaml")
    assert find_config(str(below), str(tmp_path)) == top
    write(tmp_path / "a", "[tool.ruff]\n", "pyproject.toml")
    assert find_config(str(below), str(tmp_path)) == top
    assert find_config(str(below), str(tmp_path / "a")) is None
    nearer = write(tmp_path / "a", "[tool.trackaudit]\n", "pyproject.toml")
    assert find_config(str(below), str(tmp_path)) == nearer
    first = write(tmp_path / "a", "", "trackaudit.yml")
    assert find_config(str(below), str(tmp_path)) == first


def test_the_rules_of_a_checkout_are_found() -> None:
    assert os.path.isfile(os.path.join(rules_dir(), "vocabulary", "exponea-js.yaml"))


def test_importing_the_configuration_is_cheap() -> None:
    import subprocess

    heavy = ("yaml", "tomllib", "tomli", "difflib", "dataclasses", "enum", "pathlib", "json", "re")
    code = f"import sys, trackaudit.config; print([name for name in {heavy!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {os.getcwd()!r}); {code}"],
                         capture_output=True, text=True, check=True)  # fmt: skip
    # NOTE: `typing` itself imports `re` on some versions.
    assert set(ran.stdout.strip("[]\n").replace("'", "").split(", ")) <= {"", "re", "enum"}


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("[tool.trackaudit]\nfail-on = 'info'\n", True),
        ("[tool.trackaudit.rules]\nplaceholder-id = 'off'\n", True),
        ("[[tool.trackaudit.sinks]]\ncall = 'a.b'\nids = 0\n", True),
        ("tool.trackaudit.fail-on = 'info'\n", True),
        ("[project]\nx = 1 # see [tool.trackaudit]\n", False),
        ("# [tool.trackaudit]\n", False),
        ("[tool.trackaudit-extra]\nx = 1\n", False),
    ],
)
def test_a_pyproject_that_only_talks_of_the_table_is_no_configuration(tmp_path: Path, text: str, speaks: bool) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    assert find_config(str(tmp_path), str(tmp_path)) == (str(path) if speaks else None)
    if speaks:
        load_config(str(path))
