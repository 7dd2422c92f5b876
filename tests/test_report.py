"""Reports of ONE shared Result in every format, the code frame on hard lines, and what hostile text may not do."""

from __future__ import annotations

import io
import json
import re
import time

import pytest

from trackaudit.model import (
    Edit,
    Finding,
    Fix,
    IdName,
    IdSchema,
    Notice,
    Place,
    Result,
    SourceFile,
    Step,
    Summary,
    Unresolved,
)
from trackaudit.report import FORMATS, ReportOptions, write
from trackaudit.report.escape import escape
from trackaudit.report.frame import frame
from trackaudit.report.progress import progress
from trackaudit.report.text import wants_color, write_account, write_schema

FILES = {
    "src/form.ts": "export function read(form: Form) {\n\tconst mail = form.email.value; // 名前\n\treturn mail;\n}\n",
    "src/checkout.ts": 'import { read } from "./form";\r\n\r\npush({ 名前: "x", email: read(form), total: 3 });\r\n',
    "src/track.ts": "export const push = (p) => window.exponea.update(p);\n",
    "dist/app.js": "a();" * 3000 + "exponea.update({email:m});" + "b();" * 3000,
}
SOURCES = {path: SourceFile(path, text.encode(), "typescript") for path, text in FILES.items()}


def at(path: str, text: str) -> Place:
    start = SOURCES[path].data.index(text.encode())
    return Place(path, start, start + len(text.encode()))


RESULT = Result(
    findings=(
        Finding(
            rule="placeholder-id",
            severity="warning",
            confidence="low",
            message="`email` may be empty",
            root=at("dist/app.js", "email:m"),
            sink=at("dist/app.js", "exponea.update({email:m})"),
            sink_call="exponea.update",
        ),
        Finding(
            rule="identifier-in-update",
            severity="error",
            confidence="high",
            message="`email` holds the customer's email; `window.exponea.update` stores it as a property",
            root=at("src/checkout.ts", "email: read(form)"),
            sink=at("src/track.ts", "window.exponea.update(p)"),
            sink_call="window.exponea.update",
            trail=(
                Step(at("src/form.ts", "form.email.value"), "read from a form field"),
                Step(at("src/checkout.ts", "push({"), "passed to `push`"),
                Step(at("src/track.ts", "window.exponea.update(p)"), "sent"),
            ),
            affects=(at("dist/app.js", "exponea.update({email:m})"),),
            related=(Step(at("src/form.ts", "const mail"), "also read here"),),
            instead="exponea.identify({registered: read(form)}, p)",
            fix=Fix("Identify the customer", "unsafe", (Edit("src/track.ts", 27, 41, "é\n"),)),
            fingerprint="0123456789abcdef",
            channel="page",
            operation="update",
            part="properties",
            key="email",
        ),
        Finding(
            rule="logout-without-anonymize",
            severity="info",
            confidence="medium",
            message="the session goes on",
            root=at("src/form.ts", "return mail"),
            sink=at("src/form.ts", "return mail"),
            sink_call="",
            trail=(Step(at("src/form.ts", "return mail"), "here"),),
        ),
    ),
    notices=(
        Notice("syntax-error", "src/broken.ts", 3, "a part of the file could not be read"),
        Notice("no-calls", "", 0, "no tracking call was seen"),
    ),
    summary=Summary(1040, 30, 4, 9, 2, 1, 3),
    sources=SOURCES,
    unresolved=(Unresolved(at("src/track.ts", "window.exponea.update(p)"), "window.exponea.update", "`p` is unknown"),),
    prefix="../shop/",
)

TEXT = """\
../shop/dist/app.js:1:12017  warning[placeholder-id]  `email` may be empty

     1 | ...();a();a();a();exponea.update({email:m});b();b();b();b();b();b();b();b();b();b();b();b();b();b...
       |                                   ^^^^^^^

  Confidence  low

../shop/src/checkout.ts:3:17  error[identifier-in-update]  `email` holds the customer's email; `window.exponea.update`\
 stores it as a property

     3 | push({ 名前: "x", email: read(form), total: 3 });
       |                   ^^^^^^^^^^^^^^^^^

  Trail       1. ../shop/src/form.ts:2:15  read from a form field
                  2 |     const mail = form.email.value; // 名前
                    |                  ^^^^^^^^^^^^^^^^
              2. ../shop/src/checkout.ts:3:1  passed to `push`
  Sink        ../shop/src/track.ts:1:28  window.exponea.update
                  1 | export const push = (p) => window.exponea.update(p);
                    |                            ^^^^^^^^^^^^^^^^^^^^^^^^
  Reaches     ../shop/dist/app.js:1:12001
  Related     ../shop/src/form.ts:2:2  also read here
  Instead     exponea.identify({registered: read(form)}, p)
  Fix         Identify the customer (unsafe)

../shop/src/form.ts:3:2  info[logout-without-anonymize]  the session goes on

     3 |     return mail;
       |     ^^^^^^^^^^^

  Confidence  medium

"""

ACCOUNT = """\
notice[syntax-error] ../shop/src/broken.ts:3: a part of the file could not be read
notice[no-calls] no tracking call was seen
3 findings: 1 error, 1 warning, 1 info.
Held back: 1 suppressed by comments, 3 below the confidence asked for (--min-confidence low shows them).
2 sends could not be resolved (--show-unresolved lists them).
1,040 files seen, 30 scanned, 4 parsed; 9 tracking calls.
"""

GITHUB = """\
::warning file=../shop/dist/app.js,line=1,col=12017,endLine=1,endColumn=12024,title=placeholder-id::`email` may be empty
::error file=../shop/src/checkout.ts,line=3,col=17,endLine=3,endColumn=34,title=identifier-in-update::`email` holds\
 the customer's email; `window.exponea.update` stores it as a property%0AInstead: exponea.identify({registered:\
 read(form)}, p)
::notice file=../shop/src/form.ts,line=3,col=2,endLine=3,endColumn=13,title=logout-without-anonymize::the\
 session goes on
"""

JSON_FINDING = {
    "rule": "identifier-in-update",
    "severity": "error",
    "confidence": "high",
    "path": "../shop/src/checkout.ts",
    "line": 3,
    "column": 17,
    "end_line": 3,
    "end_column": 34,
    "message": "`email` holds the customer's email; `window.exponea.update` stores it as a property",
    "fingerprint": "0123456789abcdef",
    "channel": "page",
    "operation": "update",
    "part": "properties",
    "key": "email",
    "sink": {"path": "../shop/src/track.ts", "line": 1, "column": 28, "call": "window.exponea.update"},
    "trail": [
        {"path": "../shop/src/form.ts", "line": 2, "column": 15, "note": "read from a form field"},
        {"path": "../shop/src/checkout.ts", "line": 3, "column": 1, "note": "passed to `push`"},
        {"path": "../shop/src/track.ts", "line": 1, "column": 28, "note": "sent"},
    ],
    "related": [{"path": "../shop/src/form.ts", "line": 2, "column": 2, "note": "also read here"}],
    "affects": [{"path": "../shop/dist/app.js", "line": 1, "column": 12001, "call": "exponea.update"}],
    "fix": {
        "title": "Identify the customer",
        "applicability": "unsafe",
        "edits": [{"path": "../shop/src/track.ts", "start": 27, "end": 41, "text": "é\n"}],
    },
}


def report(name: str, result: Result, options: ReportOptions | None = None) -> str:
    out = io.StringIO()
    write(name, result, out, options or ReportOptions())
    return out.getvalue()


def account(result: Result, options: ReportOptions | None = None) -> str:
    out = io.StringIO()
    write_account(result, out, options or ReportOptions())
    return out.getvalue()


# ------------------------------------------------------------------------------------------------ snapshots


def test_text_shows_the_code_the_trail_the_sink_and_the_replacement() -> None:
    assert report("text", RESULT) == TEXT


def test_the_account_says_what_was_held_back() -> None:
    assert account(RESULT) == ACCOUNT


def test_unresolved_sends_are_listed_when_asked_for() -> None:
    listed = account(RESULT, ReportOptions(show_unresolved=True))
    assert "unresolved ../shop/src/track.ts:1:28  window.exponea.update: `p` is unknown\n" in listed
    assert "2 sends could not be resolved.\n" in listed


def test_a_clean_run_prints_nothing_but_the_account() -> None:
    clean = Result((), (), Summary(1, 1, 1, 1), {})
    assert report("text", clean) == ""
    assert account(clean) == "No findings.\n1 file seen, 1 scanned, 1 parsed; 1 tracking call.\n"


def test_github_annotates_each_root() -> None:
    assert report("github", RESULT) == GITHUB


def test_json_is_the_contract_and_nothing_more() -> None:
    data = json.loads(report("json", RESULT))
    assert list(data) == ["version", "findings", "notices", "summary"]
    assert data["version"] == 1
    assert data["findings"][1] == JSON_FINDING
    assert list(data["findings"][0]) == list(JSON_FINDING)
    assert data["findings"][0]["fix"] is None
    assert data["notices"] == [
        {
            "kind": "syntax-error",
            "path": "../shop/src/broken.ts",
            "line": 3,
            "message": "a part of the file could not be read",
        },
        {"kind": "no-calls", "path": "", "line": 0, "message": "no tracking call was seen"},
    ]
    assert data["summary"] == {
        "files": {"seen": 1040, "scanned": 30, "parsed": 4},
        "calls": 9,
        "unresolved": 2,
        "suppressed": 1,
        "below_confidence": 3,
        "findings": {"error": 1, "warning": 1, "info": 1},
    }


def test_paths_are_normalised_and_relative_to_the_working_directory() -> None:
    inside = RESULT._replace(prefix="")
    assert json.loads(report("json", inside))["findings"][1]["path"] == "src/checkout.ts"
    # The root is below the working directory, and named by a way around.
    assert json.loads(report("json", RESULT._replace(prefix="./a/../b/")))["findings"][1]["path"] == "b/src/checkout.ts"


def test_the_schema_is_shown_with_its_evidence() -> None:
    evidence = (Step(at("src/form.ts", "const mail"), "`identify` sends an e-mail"),)
    names = (IdName("registered", True, "email", False, True, evidence), IdName("cookie", False, "opaque", True))
    out = io.StringIO()
    write_schema(IdSchema(names, "inferred"), RESULT, out, ReportOptions())
    assert out.getvalue() == (
        "The project's IDs, inferred from the project's calls:\n"
        "  registered  hard ID, holds email, lower-cased by the project\n"
        "                ../shop/src/form.ts:2:2  `identify` sends an e-mail\n"
        "  cookie      soft ID, holds opaque, declared\n"
    )


# ---------------------------------------------------------------------------------------------------- frame


def marked(text: str, place: str, width: int = 100) -> tuple[str, str]:
    """The shown line, and what stands above the marks in it (for letters of one column)."""
    data = text.encode()
    start = data.index(place.encode())
    seen = frame(SourceFile("a.js", data, "javascript"), start, start + len(place.encode()), width)
    return seen.text, seen.text[seen.indent : seen.indent + seen.marks]


def test_tabs_are_expanded_and_the_marks_stay_under_the_place() -> None:
    assert marked("\t\tx\tsend(email)", "email") == ("        x   send(email)", "email")


def test_wide_letters_take_two_columns_and_joined_ones_none() -> None:
    data = "名 e\u0301 x".encode()
    seen = frame(SourceFile("a", data, ""), data.index(b"x"), data.index(b"x") + 1)
    assert (seen.indent, seen.marks) == (5, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_place_of_several_lines_is_marked_on_its_first(end: str) -> None:
    data = f"a{end}send({{{end}  b{end}}}){end}c".encode()
    start = data.index(b"send")
    seen = frame(SourceFile("a", data, ""), start, data.index(b")") + 1)
    assert (seen.line, seen.text, seen.indent, seen.marks) == (2, "send({", 0, 6)


def test_a_byte_order_mark_is_no_part_of_the_line() -> None:
    data = b"\xef\xbb\xbfsend(email)"
    seen = frame(SourceFile("a", data, ""), 3, 7)
    assert (seen.text, seen.indent, seen.marks) == ("send(email)", 0, 4)


def test_a_place_at_the_end_of_a_file_and_an_empty_one_get_one_mark() -> None:
    assert frame(SourceFile("a", b"abc", ""), 3, 3) == (1, "abc", 3, 1)
    assert frame(SourceFile("a", b"", ""), 0, 0) == (1, "", 0, 1)


@pytest.mark.parametrize("before", [0, 10, 95, 5_000, 500_000])
@pytest.mark.parametrize("after", [0, 10, 95, 5_000, 500_000])
def test_a_long_line_is_cut_around_the_place(before: int, after: int) -> None:
    text, place = marked("é" * before + "<PLACE>" + "名" * after, "<PLACE>")
    assert place == "<PLACE>"
    assert len(text) <= 100
    assert text.startswith("...") == (text.count("é") < before)
    assert text.endswith("...") == (text.count("名") < after)


def test_a_place_longer_than_the_line_is_cut_too() -> None:
    text, place = marked("x" * 1000 + "P" * 5000 + "y" * 1000, "P" * 5000)
    assert len(text) == 100
    assert place and set(place) == {"P"}
    assert text.startswith("...x") and text.endswith("P...")


def test_bytes_that_are_no_text_do_not_break_the_frame() -> None:
    data = b"\x80" * 3000 + b"place" + b"\xbf" * 3000
    seen = frame(SourceFile("a", data, ""), 3000, 3005)
    assert seen.text[seen.indent : seen.indent + seen.marks] == "place"
    assert "\x80" not in seen.text


# --------------------------------------------------------------------------------------------------- attack

ATTACKS = {
    "terminal escape": "\x1b]0;owned\x07\x1b[2J",
    "carriage return": "\rerror: fake",
    "line end": "\n::error::fake",
    "other line ends": "\u2028::error::fake\u2029\x85\x0b\x0c",
    "reading direction": "\u202egnissim\u2066\u200f\u061c",
    "invisible": "\u200b\ufeff\u2060\U000e0041\x00",
    "C1 control": "\x9b31m",
    "old command": "##[add-mask]x",
}
SAFE = re.compile(
    r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]*$"
)


def hostile(attack: str) -> Result:
    """A result in which every text of the scanned tree is hostile: paths, names, code, notes, notices."""
    path = f"src/{attack}.js"
    code = f"send({{ '{attack}': m, email }})\n"
    data = code.encode("utf-8")
    place = Place(path, data.index(b"email"), data.index(b"email") + 5)
    return Result(
        findings=(
            Finding(
                rule="identifier-in-update",
                severity="error",
                confidence="low",
                message=f"`{attack}` holds an e-mail",
                root=place,
                sink=Place(path, 0, len(data) - 1),
                sink_call=f"x{attack}",
                trail=(Step(place, attack), Step(Place(path, 0, 4), attack)),
                affects=(place,),
                related=(Step(place, attack),),
                instead=f"identify({attack})",
                fix=Fix(attack, "unsafe"),
            ),
        ),
        notices=(Notice("syntax-error", path, 1, attack),),
        summary=Summary(unresolved=1),
        sources={path: SourceFile(path, data, "javascript")},
        unresolved=(Unresolved(place, attack, attack),),
    )


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_hostile_text_never_reaches_a_terminal_or_a_log(attack: str) -> None:
    result = hostile(attack)
    options = ReportOptions(show_unresolved=True)
    text = report("text", result, options) + account(result, options)
    out = io.StringIO()
    evidence = (Step(result.findings[0].root, attack),)
    write_schema(IdSchema((IdName(attack, True, attack, False, False, evidence),), attack), result, out, options)
    text += out.getvalue()
    assert SAFE.match(text)
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
    github = report("github", result)
    assert SAFE.match(github)
    assert [line[:8] for line in github.splitlines()] == ["::error "]
    assert "##[" not in github


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_json_keeps_hostile_text_and_stays_one_ascii_object(attack: str) -> None:
    written = report("json", hostile(attack))
    assert written.isascii()
    assert "\x1b" not in written
    assert json.loads(written)["findings"][0]["message"] == f"`{attack}` holds an e-mail"


def test_a_command_cannot_hide_in_the_properties_of_another() -> None:
    result = hostile("a,title=x::%0A::error::y")
    [line] = report("github", result).splitlines()
    properties = line.removeprefix("::error ").partition("::")[0]
    assert properties.split(",")[0] == "file=src/a%2Ctitle=x%3A%3A%250A%3A%3Aerror%3A%3Ay.js"
    assert [part.partition("=")[0] for part in properties.split(",")] == [
        "file", "line", "col", "endLine", "endColumn", "title",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["::error::x.js", "  ::error::x.js", "-x.js"])
def test_a_path_at_the_start_of_a_line_is_never_a_command(path: str) -> None:
    file = SourceFile(path, b"email", "javascript")
    place = Place(path, 0, 5)
    result = RESULT._replace(
        findings=(Finding("a-rule", "error", "high", "m", place, place, "c"),), sources={path: file}, prefix=""
    )
    assert report("text", result).startswith(f"./{path}:1:1  error[a-rule]")


def test_bytes_of_a_path_that_are_no_text_are_shown_in_hexadecimal() -> None:
    path = "src/\udcff.js"
    place = Place(path, 0, 5)
    finding = Finding("a-rule", "error", "high", "m", place, place, "c")
    result = RESULT._replace(findings=(finding,), sources={path: SourceFile(path, b"email", "")}, prefix="")
    for name in FORMATS:
        written = report(name, result)
        written.encode("utf-8")
        # A URI can say the byte itself; JSON writes the backslash twice.
        shown = {"sarif": "%FF.js", **dict.fromkeys(("json", "gitlab", "rdjson"), "\\\\xff.js")}
        assert shown.get(name, "\\xff.js") in written, name


def test_ordinary_text_of_any_language_is_left_alone() -> None:
    for text in ("plain", "größe", "名前", "email_адрес", "🙂", "a # b [c]"):
        assert escape(text) == text


# ---------------------------------------------------------------------------------------------------- colour


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("terminal", "environment", "colored"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"FORCE_COLOR": "0"}, False),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_only_on_a_terminal_or_when_forced(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, environment: dict[str, str], colored: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_color(Terminal() if terminal else io.StringIO()) is colored


def test_colours_change_nothing_but_colours() -> None:
    colored = report("text", RESULT, ReportOptions(color=True))
    assert "\x1b[1;31merror[identifier-in-update]\x1b[0m" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == TEXT


# ------------------------------------------------------------------------------------------------- progress


def test_a_long_run_says_on_a_terminal_that_it_is_alive_and_wipes_the_line() -> None:
    out = Terminal()
    with pytest.raises(KeyboardInterrupt), progress(out, "Reading", patience=0.01):
        time.sleep(0.05)
        raise KeyboardInterrupt
    assert out.getvalue().startswith("\rReading (0 s) …")
    assert out.getvalue().rpartition("…")[2].strip() == ""


def test_a_short_run_and_one_without_a_terminal_say_nothing() -> None:
    for out, patience in ((Terminal(), 60.0), (io.StringIO(), 0.0)):
        with progress(out, patience=patience):
            time.sleep(0.02)
        assert out.getvalue() == ""
