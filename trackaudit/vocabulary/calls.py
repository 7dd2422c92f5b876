"""Which calls send: the vocabulary's SDKs and the configuration's sinks and globals, looked up by module and path."""

from __future__ import annotations

from trackaudit.vocabulary.types import Argument, CallSink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from trackaudit.config import Config, Sink

_GLOBAL_OBJECTS = frozenset(("window", "globalThis", "global", "top", "parent", "self", "frames", "unsafeWindow"))
_CALL = "()"


class CallSinks:
    """The call sinks, ready for look-ups. `sdks`: those of `load_data`."""

    def __init__(self, sdks: list[dict[str, Any]], config: Config) -> None:
        # By language, then receiver path, then method. The first to claim a receiver and method has it.
        self._globals: dict[str, dict[tuple[str, ...], dict[str, CallSink]]] = {}
        self._modules: list[tuple[str, str, dict[tuple[str, ...], dict[str, CallSink]]]] = []
        self._declared: dict[str, Sink] = {_plain(sink.call): sink for sink in config.sinks}
        self._names: set[str] = set()
        for sdk in sdks:
            self._add(sdk, config)

    def _add(self, sdk: dict[str, Any], config: Config) -> None:
        receivers = [tuple(path) for path in sdk["receivers"]]
        names = [tuple(path) for path in sdk["names"]]
        if sdk["sdk"] == "exponea-js":
            extra = [tuple(name.split(".")) for name in config.globals]
            receivers += extra
        if sdk["modules"]:
            table: dict[tuple[str, ...], dict[str, CallSink]] = {}
            for path in receivers:
                _fill(table, path, sdk, sdk["calls"])
            # A constructor's receiver is the client that it makes, so that its calls meet on one receiver.
            for name, call in sdk["functions"].items():
                table.setdefault((), {})[name] = _sink(sdk, f"{name}()", name, call)
            for module in sdk["modules"]:
                self._modules.append((module, sdk["language"], table))
        else:
            names += receivers
        languages = ("javascript", "python") if sdk["language"] == "any" else (sdk["language"],)
        for language in languages:
            for path in names:
                _fill(self._globals.setdefault(language, {}), path, sdk, sdk["calls"])
        self._names.update(path[0] for path in names if len(path) == 1 or sdk["modules"])

    def find(self, module: str, path: tuple[str, ...], language: str) -> CallSink | None:
        """The sink that a call is, by its callee. See `Vocabulary.call_sink`."""
        if not path:
            return None
        declared = self._find_declared(module, path, language) if self._declared else None
        if declared is not None:
            return declared
        if module:
            return self._find_imported(module, path, language)
        table = self._globals.get(language)
        if table is None:
            return None
        if language == "javascript":
            while len(path) > 2 and path[0] in _GLOBAL_OBJECTS and path[:-1] not in table:
                path = path[1:]
        found = table.get(path[:-1])
        if found is None and len(path) > 1:
            # A parameter or injected service: `$exponea`, `_exponea`.
            found = table.get((path[0].lstrip("$_"), *path[1:-1]))
            if found is None and path[-2].startswith("$"):  # Vue's plug-ins: `this.$exponea`, `useNuxtApp().$exponea`
                found = table.get((path[-2].lstrip("$"),))
        return found.get(path[-1]) if found else None

    def is_name(self, name: str) -> bool:
        """Whether a variable is named like an SDK's receiver."""
        return name in self._names or name.lstrip("$_") in self._names

    def is_receiver(self, path: tuple[str, ...]) -> bool:
        """Whether a global, by its path, is what sinks are called on."""
        known = {receiver for table in self._globals.values() for receiver in table}
        while len(path) > 1 and path[0] in _GLOBAL_OBJECTS and path not in known:
            path = path[1:]
        return path in known

    def is_module(self, module: str) -> bool:
        """Whether an import is of an SDK's package, or of a package with a declared sink."""
        known = any(module == name or module.startswith((f"{name}.", f"{name}/")) for name, _, _ in self._modules)
        return known or any(call.startswith(f"{module}.") for call in self._declared)

    def words(self) -> Iterable[str]:
        """Names by which code that calls a sink can be told: receivers' and declared sinks'."""
        for table in self._globals.values():
            yield from (next(part for part in reversed(path) if part != _CALL) for path in table)
        yield from self._names
        yield from (f"${name}" for name in self._names)
        for call in self._declared:
            yield call.rpartition(".")[2]

    def declared_words(self) -> Iterable[str]:
        """For each sink of the configuration, the longest part of its name: a file that calls it holds that word."""
        for sink in self._declared.values():
            yield max(sink.call.replace("()", "").split("."), key=len)

    def _find_imported(self, module: str, path: tuple[str, ...], language: str) -> CallSink | None:
        for name, sdk_language, table in self._modules:
            if sdk_language not in ("any", language):
                continue
            if module != name and not module.startswith((f"{name}.", f"{name}/")):
                continue
            # `import infinario.client as c; c.Infinario()`: leading names may be submodules.
            for skip in range(len(path)):
                if skip and path[skip - 1] == _CALL:
                    break
                found = table.get(path[skip:-1])
                if found is not None and path[-1] in found:
                    return found[path[-1]]
        return None

    def _find_declared(self, module: str, path: tuple[str, ...], language: str) -> CallSink | None:
        parts = [part for part in path if part != "default"] if module else list(path)
        while not module and len(parts) > 1 and parts[0] in _GLOBAL_OBJECTS and ".".join(parts) not in self._declared:
            parts.pop(0)
        name = ".".join([module, *parts] if module else parts)
        sink = self._declared.get(name)
        return None if sink is None else _from_config(sink, language)


def _fill(
    table: dict[tuple[str, ...], dict[str, CallSink]], path: tuple[str, ...], sdk: dict[str, Any], calls: dict[str, Any]
) -> None:
    methods = table.setdefault(path, {})
    receiver = ".".join(path).replace(".()", "()")
    for name, call in calls.items():
        methods.setdefault(name, _sink(sdk, receiver, name, call))


def _sink(sdk: dict[str, Any], receiver: str, method: str, call: dict[str, Any]) -> CallSink:
    arguments = {name: Argument(index, word, tuple(path)) for name, (index, word, path) in call["arguments"].items()}
    return CallSink(
        sdk["sdk"],
        sdk["channel"],
        sdk["stateful"],
        receiver,
        call["operation"],
        method,
        arguments,
        call["scalar_id"],
    )


def _plain(call: str) -> str:
    """A configured call as the look-up spells it: `Client().push` is `Client.().push`."""
    return call.replace("()", ".()").replace("..", ".")


def _from_config(sink: Sink, language: str) -> CallSink:
    """A declared sink. Without IDs only the page's own state can hold them, so it is stateful; with IDs it is not,
    unless the configuration says so."""
    from trackaudit.vocabulary.load import argument

    stateful = sink.stateful if sink.stateful is not None else not sink.ids
    operation = sink.operation or ("event" if sink.event else "identify" if sink.ids and stateful else "update")
    arguments: dict[str, Argument] = {}
    for name, text in (("ids", sink.ids), ("properties", sink.properties), ("event", sink.event)):
        if not text:
            continue
        index, keyword, path = argument(text)
        if keyword and language == "javascript":
            # JavaScript has no keywords; a named argument is an entry of the first one.
            index, keyword, path = 0, "", [keyword, *path]
        arguments[name] = Argument(index, keyword, tuple(path))
    channel = sink.channel or ("page" if stateful else "api")
    receiver, _, method = sink.call.rpartition(".")
    return CallSink("configured", channel, stateful, receiver, operation, method, arguments, sink.scalar_id)
