"""Parse, components: a Vue, Svelte or Astro file comes in, one Module goes out (and Astro's scripts).

A component's scripts are one module. Its markup's handlers are run by the page, so they are put behind the script; in
Vue's options they are a method of the component, which becomes a class: its methods see each other and its data.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from trackaudit.parse import template_tags
from trackaudit.parse.component_vue import run_handlers
from trackaudit.parse.html import Attribute, Page, comments_of, event_name, handler_call, handler_value, markup
from trackaudit.parse.javascript import parse_script
from trackaudit.parse.template_tag import balanced
from trackaudit.program import (
    Assign,
    Call,
    Expression,
    Function,
    Literal,
    Member,
    Module,
    Name,
    Pair,
    Record,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import SourceFile
    from trackaudit.parse.html import Markup
    from trackaudit.program import Comment, Expr, Stmt

_BIND = re.compile(r"bind:(\w+)$")
_FRONT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)


def parse(source: SourceFile) -> list[Module]:
    """The modules of a component, or of a script that is a template."""
    if source.language == "script":
        return Page(source.path, source.data).script_modules()
    return _Component(source.path, source.data, source.language).modules()


_PUG = re.compile(rb"<template\b[^<>]{0,1000}\blang\s*=\s*[\"']?pug\b[^<>]{0,1000}>", re.IGNORECASE)
_PUG_EVENT = re.compile(
    rb"(?P<name>(?:@|v-on:)[\w.:-]+)\s*=\s*(?:\"(?P<one>(?:\\.|[^\"\\])+)\"|'(?P<two>(?:\\.|[^'\\])+)')", re.DOTALL
)


class _Component:
    def __init__(self, path: str, data: bytes, language: str) -> None:
        self.path = path
        self.data = data
        self.language = language
        self.body: list[Stmt] = []
        self.comments: list[Comment] = []
        self.errors: list[tuple[int, int]] = []
        self.braces: list[tuple[int, int]] = []

    def modules(self) -> list[Module]:
        front = _FRONT.match(self.data) if self.language == "astro" else None
        plain = self._plain(front.end() if front is not None else 0)
        found = markup(plain)
        if found is None:
            return [Module(self.path, "javascript", [], [], [(0, len(self.data))])]
        self.comments = comments_of(found.comments, self.data)
        if self.language == "astro":
            return self._astro(found, front)
        scripts = [script for script in found.scripts if not script.nested]
        setup = False
        typed = "javascript"
        for script in scripts:
            given = {name: self._text(span) for name, span in script.attributes.items()}
            if "src" in given or given.get("lang", "js") not in ("js", "ts", "tsx", "jsx", "typescript", "javascript"):
                continue
            typed = {"ts": "typescript", "typescript": "typescript", "tsx": "tsx"}.get(given.get("lang", ""), typed)
            setup = setup or "setup" in given
            self._read(script.start, script.end, typed)
        handlers = self._handlers(found, typed)
        end = len(self.data)
        if self.language == "vue":
            run_handlers(self.body, handlers, setup, len(self.data))
        else:
            self.body = [*self.body, *self._bound(found), *[Expression(end, end, one) for one in handlers]]
        module = Module(self.path, "javascript", self.body, self.comments, sorted(self.errors))
        return [module]

    def _text(self, span: tuple[int, int]) -> str:
        return self.data[span[0] : span[1]].decode("utf-8", "replace")

    def _read(self, start: int, end: int, language: str) -> None:
        module = parse_script(self.path, self.data, language, start, end)
        self.body.extend(module.body)
        self.comments.extend(module.comments)
        self.errors.extend(module.errors)

    # ---- markup

    def _plain(self, start: int) -> bytes:
        """The file with expressions in its markup blanked, so that its elements can be read."""
        plain = bytearray(self.data)
        plain[:start] = b" " * start
        if self.language == "vue":
            for tag in template_tags.scan(self.data, template_tags.DIALECTS["curly"]):
                if tag.kind == "output" and b"</" not in self.data[tag.start : tag.end]:
                    plain[tag.start : tag.end] = b"x" * (tag.end - tag.start)
            return bytes(plain)
        at = start
        pattern = re.compile(rb"<(script|style)\b|\{|<!--", re.IGNORECASE)
        last = self.data.rfind(b"-->")
        while (match := pattern.search(self.data, at)) is not None:
            if match.group(1):
                close = re.compile(rb"</" + match.group(1) + rb"\s*>", re.IGNORECASE).search(self.data, match.end())
                at = close.end() if close is not None else len(self.data)
                continue
            if match.group() == b"<!--":
                at = self.data.find(b"-->", match.end()) if match.end() <= last else match.end()
                continue
            close_at = balanced(self.data, match.end(), b"{", b"}")
            if close_at < 0:
                at = match.end()
                continue
            self.braces.append((match.start(), close_at + 1))
            plain[match.start() : close_at + 1] = b"x" * (close_at + 1 - match.start())
            at = close_at + 1
        return bytes(plain)

    def _handlers(self, found: Markup, typed: str) -> list[Expr]:
        calls: list[Expr] = []
        places = [script.place for script in found.scripts]
        if self.language == "vue":
            calls.extend(handler_call(self.path, self.data, one, self.errors, typed) for one in self._pug())
        for one in found.attributes:
            at = bisect_right(places, one.place) - 1
            if one.start == one.end or (at >= 0 and one.place < found.scripts[at].start):
                continue
            name = one.name
            if self.language == "vue":
                if name.startswith(("@", "v-on:")):
                    calls.append(handler_call(self.path, self.data, one, self.errors, typed))
                elif name.startswith("v-model"):
                    calls.extend(self._model(one))
                continue
            if not name.startswith("on") or not self.data[one.start : one.end].startswith(b"{"):
                continue
            calls.append(self._svelte(_unwrapped(one), typed))
        return calls

    def _pug(self) -> list[Attribute]:
        """The event attributes of a template that is written in Pug."""
        template = _PUG.search(self.data)
        if template is None:
            return []
        close = self.data.find(b"\n</template", template.end())
        found = _PUG_EVENT.finditer(self.data, template.end(), close if close >= 0 else len(self.data))
        return [
            Attribute(one.group("name").decode(), *one.span("one" if one.group("one") else "two"), "", one.start())
            for one in found
        ]

    def _svelte(self, one: Attribute, typed: str) -> Expr:
        module = parse_script(self.path, self.data, typed, one.start, one.end)
        self.errors.extend(module.errors)
        value = handler_value(module.body, one.start, one.end, plain=False)
        key = Literal(one.start, one.start, event_name(one))
        record = Record(one.start, one.end, [Pair(one.start, one.end, key, value)])
        return Call(one.start, one.end, Name(one.start, one.start, "jsx:element"), [record])

    def _model(self, one: Attribute) -> list[Expr]:
        """`v-model="form.email"` as a handler that sets it to what somebody typed."""
        written = self._written(one)
        if written is None:
            return []
        start, end = one.start, one.end
        setter = Function(start, end, None, [], [Expression(start, end, written)])
        record = Record(start, end, [Pair(start, end, Literal(start, start, "onModel"), setter)])
        return [Call(start, end, Name(start, start, "jsx:element"), [record])]

    def _written(self, inner: Attribute) -> Assign | None:
        """The assignment of what somebody typed to the variable or member that an attribute names."""
        module = parse_script(self.path, self.data, "javascript", inner.start, inner.end)
        first = module.body[0] if len(module.body) == 1 else None
        if not isinstance(first, Expression) or not isinstance(first.value, (Name, Member)):
            return None
        target, start, end = first.value, inner.start, inner.end
        key = target.id if isinstance(target, Name) else str(getattr(target.key, "value", "value"))
        field = Member(start, end, Name(start, start, "input"), Literal(start, end, key))
        return Assign(start, end, target, Member(start, end, field, Literal(start, end, "value")))

    def _bound(self, found: Markup) -> list[Stmt]:
        """What a field of the page writes: `bind:value={email}` makes `email` what somebody typed."""
        out: list[Stmt] = []
        for one in found.attributes:
            if _BIND.match(one.name) is None or not self.data[one.start : one.end].startswith(b"{"):
                continue
            written = self._written(_unwrapped(one))
            if written is not None:
                out.append(Expression(one.start, one.end, written))
        return out

    # ---- Astro

    def _astro(self, found: Markup, front: re.Match[bytes] | None) -> list[Module]:
        modules: list[Module] = []
        if front is not None:
            modules.append(parse_script(self.path, self.data, "typescript", front.start(1), front.end(1)))
        for script in found.scripts:
            inline = "is:inline" in script.attributes or "define:vars" in script.attributes
            module = parse_script(
                self.path, self.data, "javascript" if inline else "typescript", script.start, script.end
            )
            module.page = inline
            modules.append(module)
        for one in found.attributes:
            if one.name.startswith("on") and one.start < one.end and not self.data.startswith(b"{", one.start):
                self.body.append(Expression(one.start, one.end, handler_call(self.path, self.data, one, self.errors)))
        modules.append(Module(self.path, "javascript", self.body, self.comments, self.errors, page=bool(self.body)))
        return modules


def _unwrapped(one: Attribute) -> Attribute:
    """The attribute `{…}` without its braces, of which broken markup may have lost one."""
    return one._replace(start=one.start + 1, end=max(one.start + 1, one.end - 1))
