"""Python through libcst: nodes of the small language in, edits out; only what a rewritten node changes becomes an edit.

libcst is imported when the first Python file is rewritten: 120 ms that no other run should pay.
"""

from __future__ import annotations

from trackaudit.engine.replacement import operand
from trackaudit.fix.editor import Editor
from trackaudit.fix.edits import applied, smallest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from trackaudit.fix.tree import Spot
    from trackaudit.model import Edit
    from trackaudit.program import Call, Node, Pair, Record
    from trackaudit.program import Sequence as List


class Python(Editor):
    """See `Editor`."""

    python = True
    _nodes: dict[tuple[int, int], list[Any]] | None = None
    _module: Any = None

    def pair(self, key: str, value: str, like: Pair | None = None) -> str:
        quote = self.text(like.key)[:1] if like is not None else self._quote()
        if quote not in ('"', "'"):
            quote = self._quote()
        return f"{quote}{key}{quote}: {value}"

    def guarded(self, guard: str, pair: str) -> str:
        return f"**({{{pair}}} if {guard} else {{}})"

    def lowered(self, text: str, maybe_missing: bool = False) -> str:
        import re

        if re.fullmatch(r"'[^'\\]*'|\"[^\"\\]*\"", text):
            return text.lower()
        lower = f"{operand(text)}.lower()"
        return f"{text} and {lower}" if maybe_missing else lower

    def add_item(self, record: Record, item: str, first: bool = True) -> list[Edit]:
        import libcst as cst

        old = self._node(record, cst.Dict, cst.Call)
        if isinstance(old, cst.Call):  # dict(cookie=…)
            return self._add_keyword(record, old, item)
        if old is None:
            return super().add_item(record, item, first)
        written = cst.parse_expression(f"{{{item}}}", config=self._config())
        assert isinstance(written, cst.Dict)
        element = written.elements[0]
        if not old.elements:
            return self._rewritten(old, old.with_changes(elements=[element]))
        between = self._between(cst, old.lbrace.whitespace_after)
        if first:
            elements = [element.with_changes(comma=cst.Comma(whitespace_after=between)), *old.elements]
        else:
            last = old.elements[-1]
            if isinstance(last.comma, cst.Comma):
                element = element.with_changes(comma=last.comma)
            joined = last.with_changes(comma=cst.Comma(whitespace_after=between))
            elements = [*old.elements[:-1], joined, element]
        return self._rewritten(old, old.with_changes(elements=elements))

    def add_list_item(self, sequence: List, item: str) -> list[Edit]:
        import libcst as cst

        old = self._node(sequence, cst.List)
        if old is None or not old.elements:
            return super().add_list_item(sequence, item)
        edits = super().add_list_item(sequence, item)
        if len(edits) == 1 and edits[0].start != edits[0].end:
            return edits  # one item a line: the list is written anew
        between = self._between(cst, old.lbracket.whitespace_after)
        value = cst.parse_expression(item, config=self._config())
        element = cst.Element(value, comma=cst.Comma(whitespace_after=between))
        return self._rewritten(old, old.with_changes(elements=[element, *old.elements]))

    def call_with_ids(self, call: Call, ids: str, method: str | None, only: bool = False) -> list[Edit] | None:
        import libcst as cst

        old = self._node(call, cst.Call)
        if old is None:
            return None
        func = old.func
        if method is not None:
            if not isinstance(func, cst.Attribute):
                return None
            func = func.with_changes(attr=cst.Name(method))
        argument = cst.Arg(cst.parse_expression(ids, config=self._config()))
        rest = [] if only else list(old.args)
        if rest:
            lead = old.whitespace_before_args
            argument = argument.with_changes(comma=cst.Comma(whitespace_after=self._between(cst, lead)))
        return self._rewritten(old, old.with_changes(func=func, args=[argument, *rest]))

    def before(self, spot: Spot, text: str) -> list[Edit] | None:
        start = spot.statement.start
        if self.data[self.line_start(start) : start].strip():
            return None
        return [self.insert(start, f"{text}{self.newline}{self.indent(start)}")]

    def condition(self, spot: Spot, test: str, inside: Edit) -> list[Edit] | None:
        """The statement one level deeper, below an `if`; texts of several lines stay as they are."""
        import libcst as cst

        data = applied(self.data, [inside])
        end = spot.statement.end + len(inside.text.encode("utf-8")) - (inside.end - inside.start)
        module, nodes = _parsed(data)
        found = nodes.get((spot.statement.start, end), [])
        line = next((one for one in found if isinstance(one, cst.SimpleStatementLine)), None)
        if line is None or len(line.body) != 1:
            return None
        block = cst.IndentedBlock([line.with_changes(leading_lines=[])])
        tested = cst.parse_expression(test, config=module.config_for_parsing)
        written = module.deep_replace(line, cst.If(tested, block, leading_lines=line.leading_lines))
        return smallest(self.path, 0, self.data.decode("utf-8"), written.code)

    def after(self, spot: Spot, text: str) -> list[Edit] | None:
        """A statement of its own line after another."""
        start, end = spot.statement.start, spot.statement.end
        rest = self.data[end : self.line_end(end)].strip()
        if self.data[self.line_start(start) : start].strip() or (rest and not rest.startswith(b"#")):
            return None
        at = self.line_end(end)
        indent = self.indent(start)
        if self.data[at - 1 : at] != b"\n":
            return [self.insert(at, f"{self.newline}{indent}{text}")]
        return [self.insert(at, f"{indent}{text}{self.newline}")]

    def local(self, name: str, value: str, spot: Spot) -> str:
        """A local variable."""
        return f"{name} = {value}"

    def spread(self, text: str) -> str:
        """Another record's entries, as an item of a record."""
        return f"**{operand(text)}"

    def member(self, record: str, key: str) -> str:
        """One entry of a record by its name; None where it is not there."""
        return f'{record}["{key}"]'

    def spaced(self, like: Record | None) -> bool:
        return False

    # -------------------------------------------------------------------------------------------- the parts

    def _quote(self) -> str:
        return '"' if self.data.count(b'"') >= self.data.count(b"'") else "'"

    def _config(self) -> Any:
        self._load()
        return self._module.config_for_parsing

    def _load(self) -> None:
        if self._nodes is not None:
            return
        self._module, self._nodes = _parsed(self.data)

    def _node(self, node: Node, *kinds: Any) -> Any:
        self._load()
        assert self._nodes is not None
        found = self._nodes.get((node.start, node.end), [])
        return next((one for one in found if isinstance(one, kinds)), None)

    def _rewritten(self, old: Any, new: Any) -> list[Edit]:
        # The whole file is written anew: white space inside brackets depends on the block that a node stands in.
        code = self._module.deep_replace(old, new).code
        return smallest(self.path, 0, self._module.code, code)

    def _between(self, cst: Any, lead: Any) -> Any:
        """The white space after a comma, as after the opening bracket, without its comment."""
        if isinstance(lead, cst.ParenthesizedWhitespace):
            return lead.with_changes(
                first_line=lead.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace("")),
                empty_lines=[],
            )
        return cst.SimpleWhitespace(" ")

    def _add_keyword(self, record: Record, old: Any, item: str) -> list[Edit]:
        import libcst as cst

        written = cst.parse_expression(f"{{{item}}}", config=self._config())
        assert isinstance(written, cst.Dict)
        element = written.elements[0]
        if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
            name = element.key.evaluated_value
            if isinstance(name, str) and name.isidentifier():
                argument = cst.Arg(
                    element.value,
                    keyword=cst.Name(name),
                    equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
                )
                if old.args:
                    comma = cst.Comma(whitespace_after=self._between(cst, old.whitespace_before_args))
                    argument = argument.with_changes(comma=comma)
                return self._rewritten(old, old.with_changes(args=[argument, *old.args]))
        return []


def _parsed(data: bytes) -> tuple[Any, dict[tuple[int, int], list[Any]]]:
    """The module, and its nodes by their bytes."""
    import libcst as cst
    from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

    from trackaudit.fix.shallow import check_depth

    check_depth(data)
    wrapper = MetadataWrapper(cst.parse_module(data), unsafe_skip_copy=True)
    if wrapper.module.bytes != data:
        raise ValueError("libcst does not give back the file as it is")
    nodes: dict[tuple[int, int], list[Any]] = {}
    for node, span in wrapper.resolve(ByteSpanPositionProvider).items():
        nodes.setdefault((span.start, span.start + span.length), []).append(node)
    return wrapper.module, nodes
