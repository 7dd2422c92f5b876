"""Texts as if they were a project: rule examples and tests."""

from __future__ import annotations

from trackaudit.config import Config
from trackaudit.discover.sources import Sources
from trackaudit.pipeline.analysis import analysis_of
from trackaudit.pipeline.judging import judge, judge_all
from trackaudit.pipeline.looking import with_mark
from trackaudit.pipeline.mend import as_checked, mended
from trackaudit.pipeline.options import Analysis, CheckOptions
from trackaudit.pipeline.reader import Reader
from trackaudit.vocabulary import load_vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from trackaudit.model import Result


def check_text(text: str, language: str, config: Config | None = None) -> Result:
    """Check one text as if it were a project's only file (rule examples). `language`: javascript, tsx, yaml …"""
    return check_texts({f"example.{_SUFFIXES[language]}": text}, config)


def check_texts(texts: dict[str, str], config: Config | None = None, min_confidence: str = "medium") -> Result:
    """Check these texts, by path, as if they were a project."""
    from trackaudit.engine.load import load_rules

    analysis = _of_texts(texts, config)
    return judge(analysis, load_rules(analysis.config), CheckOptions(min_confidence=min_confidence))


def fix_texts(texts: dict[str, str], config: Config | None = None, level: str = "unsafe") -> tuple[dict[str, str], int]:
    """These texts, by path, as a project: with their fixes (of `level`: safe or unsafe), and how many were fixed."""
    from trackaudit.engine.load import load_rules

    analysis = _of_texts(texts, config)
    ruleset, options = load_rules(analysis.config), CheckOptions(fix=level)
    first = as_checked(judge_all(analysis, ruleset, options), analysis)
    repair = mended(first, analysis, ruleset, options).repair
    if repair is None:
        return texts, 0
    changed = {path: data.decode("utf-8") for path, data in repair.repaired.overlay.items()}
    return {**texts, **changed}, repair.repaired.fixed


def fix_text(text: str, language: str, config: Config | None = None, level: str = "unsafe") -> str:
    """One text as a project's only file, with its fixes (rule examples)."""
    path = f"example.{_SUFFIXES[language]}"
    return fix_texts({path: text}, config, level)[0][path]


def _of_texts(texts: dict[str, str], config: Config | None) -> Analysis:
    sources = Sources("", overlay={path: text.encode("utf-8") for path, text in texts.items()})
    reader = Reader(sources)
    config = config if config is not None else Config()
    vocabulary = load_vocabulary(config)
    paths = sorted(texts)
    anchors = with_mark(vocabulary.anchors)
    held = [path for path in paths if anchors.held(sources.read(path))]
    return analysis_of(config, vocabulary, reader, held, paths, lambda name: name in texts, lambda name: False)


_SUFFIXES = {
    "javascript": "js",
    "jsx": "jsx",
    "typescript": "ts",
    "tsx": "tsx",
    "python": "py",
    "json": "json",
    "yaml": "yaml",
}
