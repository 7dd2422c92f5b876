"""The first look at a tree: options in, out comes which of its files hold a word of ours, before anything is parsed.

Most runs of a hook end here, so nothing is loaded that only files with such a word need: not even the vocabulary, whose
words lie ready in the wheel.
"""

from __future__ import annotations

from time import perf_counter

from trackaudit.config import Config, load_config
from trackaudit.config.packed import packed_anchors
from trackaudit.discover import discover, locate
from trackaudit.discover.sources import Sources
from trackaudit.model import MARK
from trackaudit.parse import file_kinds, with_language
from trackaudit.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from trackaudit.config.anchors import Anchors
    from trackaudit.discover import Discovery, Ground
    from trackaudit.discover.remembered import Remembered
    from trackaudit.pipeline.options import CheckOptions
    from trackaudit.vocabulary import Vocabulary

    Recall: TypeAlias = Callable[[int], Remembered | None]


class Look(NamedTuple):
    """What is known then. vocabulary: None while nobody needed it. seconds: that it took."""

    ground: Ground
    config: Config
    sources: Sources
    found: Discovery
    vocabulary: Vocabulary | None
    seconds: float


def ground_of(options: CheckOptions) -> Ground:
    """Where a run with these options stands."""
    return locate(options.paths, options.cwd, options.config, options.stdin[0] if options.stdin is not None else None)


def config_of(ground: Ground, cache: bool) -> Config:
    """The configuration in force. `cache`: what an earlier run read may be used."""
    if ground.config is None or not cache:
        return load_config(ground.config)
    from trackaudit.pipeline.kept import kept_tree

    return load_config(ground.config, kept_tree)


def look(options: CheckOptions, ground: Ground | None = None, recall: Recall | None = None) -> Look:
    """Look at the tree. `ground`: where the run stands, if the caller knows. `recall`: gives what an earlier run was
    told of the files' words."""
    ground = ground or ground_of(options)
    overlay = {ground.targets[0].path: options.stdin[1]} if options.stdin is not None else {}
    config = config_of(ground, options.cache)
    sources = Sources(ground.root, config.max_file_size, overlay)
    sources.quick = recall(config.max_file_size) if recall is not None else None
    anchors = packed_anchors() if not config.path else None
    if anchors is not None:
        return _look(ground, config, sources, anchors, None)
    from trackaudit.vocabulary import load_vocabulary

    return look_again(ground, config, sources, load_vocabulary(config))


def look_again(ground: Ground, config: Config, sources: Sources, vocabulary: Vocabulary) -> Look:
    """Look at a tree whose words are known."""
    return _look(ground, config, sources, vocabulary.anchors, vocabulary)


def with_mark(anchors: Anchors) -> Anchors:
    """What a file must hold to be read: a word of the vocabulary, or a comment to us, which may have become idle."""
    return anchors._replace(parts=(*anchors.parts, MARK))


def _look(ground: Ground, config: Config, sources: Sources, anchors: Anchors, vocabulary: Vocabulary | None) -> Look:
    began = perf_counter()
    found = discover(ground, config, sources, with_mark(anchors), with_language, file_kinds)
    return Look(ground, config, sources, found, vocabulary, perf_counter() - began)
