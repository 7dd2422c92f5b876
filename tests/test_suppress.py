"""Suppression comments: where they may stand, what they silence, and what is said of those that silence nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from trackaudit.model import Finding, Place, SourceFile
from trackaudit.program import Comment, Expression, Literal, Module, Name, Record
from trackaudit.suppress import Suppressed, suppress

if TYPE_CHECKING:
    from trackaudit.program import Stmt

RULE = "identifier-in-update"
OTHER = "placeholder-id"
KNOWN = (RULE, OTHER, "undeclared-id", "unused-suppression")


def source(text: str, path: str = "a.js") -> SourceFile:
    return SourceFile(path, text.encode(), "javascript")


def module(file: SourceFile) -> Module:
    """The comments of a text as a front end would give them, and a statement for every other line."""
    text = file.data.decode()
    comments = [
        Comment(found.start(), found.end(), found[0]) for found in re.finditer(r"//.*|#.*|/\*[\s\S]*?\*/", text)
    ]
    body: list[Stmt] = []
    for line in re.finditer(r".+", text):
        start = line.start() + len(line[0]) - len(line[0].lstrip())
        if not line[0].strip() or any(one.start <= start < one.end for one in comments):
            continue
        value = Literal(start, line.end(), "") if text[start] == '"' else Name(start, line.end(), "x")
        body.append(Expression(start, line.end(), value))
    return Module(file.path, "javascript", body, comments, [])


def finding(
    file: SourceFile, root: str, sink: str = "", rule: str = RULE, sink_file: SourceFile | None = None
) -> Finding:
    at = file.data.index(root.encode())
    where = sink_file or file
    to = where.data.index(sink.encode()) if sink else at
    place = Place(file.path, at, at + len(root))
    return Finding(rule, "error", "high", "m", place, Place(where.path, to, to + max(len(sink), 1)), "exponea.update")


def run(text: str, *wanted: str, rule: str = RULE, ran: tuple[str, ...] = KNOWN) -> Suppressed:
    """Suppress findings rooted at the given words of one file."""
    file = source(text)
    found = [finding(file, word, rule=rule) for word in wanted]
    return suppress(found, [module(file)], {file.path: file}, ran, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        f"ROOT() // trackaudit: ignore[{RULE}] known",
        f"// trackaudit: ignore[{RULE}] known\nROOT()",
        f"ROOT() /* trackaudit: ignore[{RULE}] */ + more()",
        f"/* why:\n   trackaudit: ignore[{RULE}] */\nROOT()",
        f"ROOT() // trackaudit:ignore [ {OTHER} , {RULE} ]",
        f"ROOT() // eslint-disable-line -- trackaudit: ignore[{RULE}]",
        f"// trackaudit: ignore[{RULE}] one\n// trackaudit: ignore[{OTHER}] two\nROOT()",
        f"before() // trackaudit: ignore[{RULE}] the line above\nROOT()",
        f"ROOT() // trackaudit: ignore[{OTHER}] trackaudit: ignore[{RULE}]",
        f"a(\n)\r\n// trackaudit: ignore[{RULE}]\r\nROOT()",
    ],
)
def test_a_comment_on_the_line_or_the_line_above_silences_the_finding(text: str) -> None:
    result = run(text, "ROOT")
    assert result.kept == ()
    assert [one.finding.rule for one in result.suppressed] == [RULE]
    assert [one.message for one in result.unused if RULE in one.message] == []


@pytest.mark.parametrize(
    "text",
    [
        "ROOT() // trackaudit: ignore[placeholder-id]",
        f"// trackaudit: ignore[{RULE}]\n\nROOT()",
        f"// trackaudit: ignore[{RULE}]\nbetween()\nROOT()",
        f"ROOT()\n// trackaudit: ignore[{RULE}]",
        "ROOT() // trackaudit: ignore",
        "ROOT() // trackaudit: ignore[]",
        f"ROOT() // trackaudit: ignore-line[{RULE}]",
        f"before() // trackaudit: ignore[{RULE}]\n// trackaudit: ignore[{OTHER}]\nROOT()",
    ],
)
def test_a_comment_elsewhere_or_for_another_rule_silences_nothing(text: str) -> None:
    result = run(text, "ROOT")
    assert [one.rule for one in result.kept] == [RULE]
    assert result.suppressed == ()
    assert result.unused


def test_a_comment_at_the_sink_silences_too() -> None:
    caller = source("ROOT()", "caller.js")
    wrapper = source(f"// trackaudit: ignore[{RULE}]\nSINK()", "wrapper.js")
    found = [finding(caller, "ROOT", "SINK", sink_file=wrapper)]
    sources = {"caller.js": caller, "wrapper.js": wrapper}
    result = suppress(found, [module(caller), module(wrapper)], sources, KNOWN, KNOWN)
    assert (len(result.kept), len(result.suppressed), len(result.unused)) == (0, 1, 0)


def test_a_root_of_several_lines_is_silenced_at_its_first_line() -> None:
    text = f"send(\n  // trackaudit: ignore[{RULE}]\n  ROOT: {{\n    x: 1\n  }}) // trackaudit: ignore[{RULE}]"
    result = run(text, "ROOT")
    assert len(result.suppressed) == 1
    [unused] = result.unused
    assert unused.root.start == text.rindex("//")


def test_one_comment_may_silence_several_findings() -> None:
    result = run(f"ROOT(), OTHER() // trackaudit: ignore[{RULE}]", "ROOT", "OTHER")
    assert (len(result.kept), len(result.suppressed), len(result.unused)) == (0, 2, 0)


@pytest.mark.parametrize(
    "head", ["", '"use strict"\n', "/* licence */\n", '"""A docstring."""\n'], ids=["bare", "strict", "licence", "doc"]
)
def test_ignore_file_at_the_head_silences_the_file(head: str) -> None:
    result = run(f"{head}// trackaudit: ignore-file[{RULE}] generated\na()\nROOT()", "ROOT")
    assert (len(result.kept), len(result.suppressed), len(result.unused)) == (0, 1, 0)


def test_ignore_file_after_a_statement_is_refused_with_words() -> None:
    result = run(f"a()\n// trackaudit: ignore-file[{RULE}]\nROOT()", "ROOT")
    assert len(result.kept) == 1
    [unused] = result.unused
    assert "head of a file" in unused.message


def test_the_head_of_a_file_ends_at_the_first_statement_of_any_of_its_scripts() -> None:
    file = source(f"first()\n// trackaudit: ignore-file[{RULE}]\nROOT()")
    whole = module(file)
    first = Module(file.path, "javascript", whole.body[:1], [], [])
    second = Module(file.path, "javascript", whole.body[1:], whole.comments, [])
    for modules in ([first, second], [second, first]):
        result = suppress([finding(file, "ROOT")], modules, {file.path: file}, KNOWN, KNOWN)
        assert len(result.kept) == 1


def test_a_document_is_silenced_at_its_head() -> None:
    file = source(f"# trackaudit: ignore-file[{RULE}]\nto_column: email", "a.yaml")
    at = file.data.index(b"to_column")
    document = Module(
        file.path, "document", [Expression(at, at + 9, Record(at, at + 9, []))], module(file).comments, []
    )
    result = suppress([finding(file, "to_column")], [document], {file.path: file}, KNOWN, KNOWN)
    assert len(result.suppressed) == 1


def test_a_comment_that_silences_nothing_is_a_finding_at_the_comment() -> None:
    text = f"fine() // trackaudit: ignore[{RULE}] old"
    [unused] = run(text).unused
    assert (unused.rule, unused.severity, unused.confidence) == ("unused-suppression", "warning", "high")
    assert unused.message == f"`ignore[{RULE}]` silences nothing here"
    assert text[unused.root.start : unused.root.end] == f"// trackaudit: ignore[{RULE}] old"
    assert unused.fix is not None and unused.fix.applicability == "safe"


def test_a_comment_without_rules_is_refused_and_told_to_name_them() -> None:
    result = run("ROOT() // trackaudit: ignore because", "ROOT")
    assert len(result.kept) == 1
    [unused] = result.unused
    assert "names of rules" in unused.message and "ignore[rule-id]" in unused.message


def test_an_unknown_rule_is_told_with_the_nearest_one() -> None:
    [unused] = run("a() // trackaudit: ignore[identifier-in-updat]").unused
    assert "there is no rule `identifier-in-updat`; did you mean `identifier-in-update`?" in unused.message


def test_a_comment_for_a_rule_that_did_not_run_is_left_alone() -> None:
    text = f"a() // trackaudit: ignore[{RULE}, {OTHER}]"
    [unused] = run(text, ran=(OTHER, "unused-suppression")).unused
    assert OTHER in unused.message
    assert run(text, ran=(RULE, OTHER)).unused == ()


def test_unused_suppression_can_itself_be_ignored_and_never_reports_itself() -> None:
    result = run(f"a() // trackaudit: ignore[{RULE}, unused-suppression] generated code")
    assert result.unused == ()
    assert [one.finding.rule for one in result.suppressed] == ["unused-suppression"]
    assert run("a() // trackaudit: ignore[unused-suppression]").unused == ()


def test_unused_comments_in_files_that_are_not_reported_are_not_told() -> None:
    file = source(f"a() // trackaudit: ignore[{RULE}]")
    sources = {file.path: file}
    assert suppress([], [module(file)], sources, KNOWN, KNOWN, reported=lambda path: False).unused == ()


def test_fingerprints_of_equal_comments_differ_and_do_not_depend_on_the_line() -> None:
    text = f"a() // trackaudit: ignore[{RULE}]\n"
    first = [one.fingerprint for one in run(text + "b()\n\n" + text).unused]
    second = [one.fingerprint for one in run("\n\n" + text + text).unused]
    assert len(set(first)) == 2
    assert first == second


def test_findings_keep_their_order_when_there_is_no_comment() -> None:
    result = run("ONE()\nTWO()", "TWO", "ONE")
    assert [one.root.start for one in result.kept] == [6, 0]
    assert (result.suppressed, result.unused) == ((), ())


def test_the_comments_of_real_front_ends_are_understood() -> None:
    from trackaudit.parse import parse

    for path, language, text in (
        ("a.js", "javascript", f"exponea.update({{\n  // trackaudit: ignore[{RULE}] known\n  ROOT: 1 }})\n"),
        ("a.tsx", "tsx", f"const a = <b>\n {{/* trackaudit: ignore[{RULE}] */}}\n {{ROOT}}</b>\n"),
        ("a.py", "python", f"p = {{\n  'ROOT': 1,  # trackaudit: ignore[{RULE}] known\n}}\n"),
        ("a.yaml", "document", f"a:\n  # trackaudit: ignore[{RULE}]\n  ROOT: 1\n"),
    ):
        file = SourceFile(path, text.encode(), language)
        result = suppress([finding(file, "ROOT")], parse(file), {path: file}, KNOWN, KNOWN)
        assert (len(result.kept), len(result.suppressed), len(result.unused)) == (0, 1, 0), path


# ------------------------------------------------------------------------------------------ reasons, removal


def test_the_reason_of_a_comment_is_kept_without_the_comments_closing_mark() -> None:
    for text, reason in (
        (f"ROOT() // trackaudit: ignore[{RULE}]  kiosk mode ", "kiosk mode"),
        (f"/* trackaudit: ignore[{RULE}] kiosk\n more */\nROOT()", "kiosk"),
        (f"/* trackaudit: ignore[{RULE}] kiosk */\nROOT()", "kiosk"),
        (f"/* trackaudit: ignore[{RULE}] */\nROOT()", ""),
        (f"ROOT() // trackaudit: ignore[{OTHER}] no trackaudit: ignore[{RULE}] yes", "yes"),
    ):
        [silenced] = run(text, "ROOT").suppressed
        assert (silenced.by, silenced.reason) == ("comment", reason), text


def test_where_a_reason_is_required_a_comment_without_one_silences_nothing() -> None:
    file = source(f"ROOT() // trackaudit: ignore[{RULE}]\nNEXT() // trackaudit: ignore[{RULE}] the server identifies")
    found = [finding(file, "ROOT"), finding(file, "NEXT")]
    result = suppress(found, [module(file)], {file.path: file}, KNOWN, KNOWN, require_reason=True)
    assert [one.root.start for one in result.kept] == [0]
    assert [one.reason for one in result.suppressed] == ["the server identifies"]
    [unused] = result.unused
    assert "without a reason" in unused.message
    assert unused.fix is not None and unused.fix.edits == () and unused.fix.applicability == "display-only"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"a() // trackaudit: ignore[{RULE}] old\nb()", "a()\nb()"),
        (f"a()\r\n  // trackaudit: ignore[{RULE}] old\r\nb()", "a()\r\nb()"),
        (f"a()\n# trackaudit: ignore[{RULE}]", "a()\n"),
        (f"a(/* trackaudit: ignore[{RULE}] */ b)", "a( b)"),
        (f"/* why:\n   trackaudit: ignore[{RULE}] old\n   more */\nb()", "/* why:\n   \n   more */\nb()"),
        (f"a() // eslint-disable-line -- trackaudit: ignore[{RULE}]\nb()", "a() // eslint-disable-line\nb()"),
        (f"<b>\n  {{/* trackaudit: ignore[{RULE}] */}}\n</b>", "<b>\n</b>"),
        (f"é() // trackaudit: ignore[no-such-rule, {RULE}] é", "é()"),
    ],
)
def test_the_offered_edit_takes_the_comment_away_and_nothing_else(before: str, after: str) -> None:
    file = source(before)
    comments = [
        Comment(len(before[: found.start()].encode()), len(before[: found.end()].encode()), found[0])
        for found in re.finditer(r"//.*|#.*|/\*[\s\S]*?\*/", before.replace("\r", " "))
    ]
    whole = Module(file.path, "javascript", [], comments, [])
    unused = suppress([], [whole], {file.path: file}, KNOWN, KNOWN).unused
    edits = {edit for one in unused if one.fix is not None for edit in one.fix.edits}
    [edit] = edits
    data = file.data
    assert (data[: edit.start] + edit.text.encode() + data[edit.end :]).decode() == after


def test_the_offered_edit_keeps_the_rules_that_silence_something() -> None:
    text = f"ROOT() // trackaudit: ignore[{OTHER}, {RULE}] kiosk"
    [unused] = run(text, "ROOT").unused
    assert unused.fix is not None
    [edit] = unused.fix.edits
    assert text[: edit.start] + edit.text + text[edit.end :] == f"ROOT() // trackaudit: ignore[{RULE}] kiosk"


def test_a_comment_that_is_not_written_in_the_file_as_read_gets_no_edit() -> None:
    text = f'"<script>\\n// trackaudit: ignore[{RULE}]\\n</script>"'
    file = source(text)
    at = text.index("//")
    comment = Comment(at - 1, at + 40, f"// trackaudit: ignore[{RULE}]")
    [unused] = suppress(
        [], [Module(file.path, "javascript", [], [comment], [])], {file.path: file}, KNOWN, KNOWN
    ).unused
    assert unused.fix is not None and unused.fix.edits == ()


def test_a_comment_that_speaks_to_trackaudit_and_asks_for_nothing_silences_nothing() -> None:
    result = run("exponea.update({email: mail}); // trackaudit: hello\n", "mail")
    assert ([one.rule for one in result.kept], result.suppressed, result.unused) == ([RULE], (), ())
