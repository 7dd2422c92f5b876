"""Links that a tree holds to make a run read or write elsewhere: each is refused, and what it leads to stays so."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from trackaudit.config import LARGEST, Config, find_config
from trackaudit.engine.load import load_rules
from trackaudit.errors import ConfigError, RuleError
from trackaudit.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links need rights there")
SECRET = "token-of-a-stranger: {a: 1}\n"
BAD = "exponea.update({ email: mail });\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository, with a secret beside it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.yaml").write_text(SECRET)
    tree = tmp_path / "tree"
    (tree / "shop").mkdir(parents=True)
    (tree / "shop" / "a.js").write_text(BAD)
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    return tree


def _run(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "trackaudit", "check", "--no-cache", *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("arguments", [(), ("--config", "trackaudit.yaml"), ("shop",)])
def test_a_configuration_that_is_a_link_out_of_the_tree_is_not_read(tree: Path, arguments: tuple[str, ...]) -> None:
    (tree / "trackaudit.yaml").symlink_to("../outside/secret.yaml")
    done = _run(tree, *arguments)
    assert done.returncode == 2
    assert "trackaudit.yaml: is a link that leads out of the tree" in done.stderr
    assert "stranger" not in done.stderr + done.stdout


def test_without_a_repository_the_tree_is_the_configurations_own_folder(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text(SECRET)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "trackaudit.yaml").symlink_to("../outside")
    with pytest.raises(ConfigError, match="leads out of the tree"):
        find_config(str(tmp_path / "tree"), os.path.abspath(os.sep))


def test_a_configuration_that_is_a_link_inside_the_repository_counts(tree: Path) -> None:
    (tree / "shared.yaml").write_text("rules: {identifier-in-update: off}\n")
    (tree / "shop" / "trackaudit.yaml").symlink_to("../shared.yaml")
    assert _run(tree, "shop").returncode == 0


def test_a_configuration_elsewhere_that_the_user_names_counts_also_through_a_link(tree: Path) -> None:
    (tree.parent / "mine.yaml").write_text("rules: {identifier-in-update: off}\n")
    (tree.parent / "link.yaml").symlink_to("mine.yaml")
    assert _run(tree, "--config", "../link.yaml").returncode == 0


def test_a_pyproject_that_is_a_link_out_of_the_tree_is_passed_over(tree: Path) -> None:
    (tree.parent / "outside" / "pyproject.toml").write_text("[tool.trackaudit.rules]\nidentifier-in-update = 'off'\n")
    (tree / "pyproject.toml").symlink_to("../outside/pyproject.toml")
    assert find_config(str(tree / "shop"), str(tree)) is None
    assert _run(tree).returncode == 1


def test_of_an_endless_pyproject_only_the_beginning_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    with open(path, "wb") as file:
        file.truncate(LARGEST)
        file.seek(LARGEST)
        file.write(b"\n[tool.trackaudit]\n")
    assert find_config(str(tmp_path), str(tmp_path)) is None


def test_a_rule_or_vocabulary_file_that_is_a_link_out_of_its_folder_is_not_read(tree: Path) -> None:
    own = tree / "lint"
    (own / "vocabulary").mkdir(parents=True)
    (own / "mine.yaml").symlink_to("../../outside/secret.yaml")
    (own / "vocabulary" / "mine.yaml").symlink_to("../../../outside/secret.yaml")
    config = Config(root=str(tree), extend_rules=(str(own),))
    with pytest.raises(RuleError, match=r"mine\.yaml:1: is a link that leads out of the tree"):
        load_rules(config)
    with pytest.raises(RuleError, match=r"mine\.yaml: is a link that leads out of the tree"):
        load_vocabulary(config)


def test_a_vocabulary_folder_that_is_a_link_out_of_its_folder_is_not_read(tree: Path) -> None:
    (tree / "lint").mkdir()
    (tree / "lint" / "vocabulary").symlink_to("../../outside")
    with pytest.raises(RuleError, match=r"secret\.yaml: is a link that leads out of the tree"):
        load_vocabulary(Config(root=str(tree), extend_rules=(str(tree / "lint"),)))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"a: &a [1]\nb: *a\n", "aliases"),
        (b"<<: {id: x}\n<<: {id: y}\n", "twice"),
        (b"#" * (LARGEST + 1), "larger than"),
        (b"why: " + b"[" * 50, "nested too deep"),
        (b"id: x\nid: y\n", "twice"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_rule_file_has_the_bounds_of_a_configuration(tmp_path: Path, content: bytes, what: str) -> None:
    (tmp_path / "mine.yaml").write_bytes(content)
    with pytest.raises(RuleError, match=what):
        load_rules(Config(extend_rules=(str(tmp_path),)))


@pytest.mark.parametrize("name", ["mine.yaml", "vocabulary/mine.yaml"])
def test_a_pipe_that_poses_as_a_rule_is_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "vocabulary").mkdir()
    os.mkfifo(tmp_path / name)
    config = Config(extend_rules=(str(tmp_path),))
    with pytest.raises(RuleError, match="is no plain file"):
        load_vocabulary(config)
        load_rules(config)


# ------------------------------------------------------------------------------------------------- what is written


def test_a_planted_link_does_not_turn_a_report_elsewhere(tree: Path) -> None:
    target = tree.parent / "outside" / "profile"
    (tree / "report.json").symlink_to(target)
    done = _run(tree, "--output", "json:report.json")
    assert done.returncode == 2
    assert "report.json: not written: it is a link that leads out of its folder" in done.stderr
    assert not target.exists()


def test_a_planted_folder_does_not_turn_a_report_elsewhere(tree: Path) -> None:
    (tree / "reports").symlink_to("../outside")
    done = _run(tree, "--output", "json:reports/secret.yaml")
    assert done.returncode == 2
    assert "its folder is a link that leads elsewhere" in done.stderr
    assert (tree.parent / "outside" / "secret.yaml").read_text() == SECRET


def test_a_report_replaces_the_old_one_whole_and_leaves_nothing_beside_it(tree: Path) -> None:
    report = tree / "report.json"
    report.write_text("the old one")
    held = os.open(report, os.O_RDONLY)
    assert _run(tree, "--output", "json:report.json").returncode == 1
    # Who had it open reads on in the old one, so nobody sees half of the new one.
    assert os.read(held, 100) == b"the old one"
    os.close(held)
    assert report.read_text().startswith("{")
    assert sorted(os.listdir(tree)) == [".git", "report.json", "shop"]


def test_a_report_can_go_to_a_device_or_a_folder_named_whole(tree: Path) -> None:
    assert _run(tree, "--output-format", "text", "--output", "json:/dev/stdout").stdout.count('"findings"') >= 1
    (tree.parent / "link").symlink_to("outside")
    assert _run(tree, "--output", f"json:{tree.parent / 'link' / 'report.json'}").returncode == 1
    assert (tree.parent / "outside" / "report.json").exists()


def test_a_planted_pipe_is_not_waited_for(tree: Path) -> None:
    pipe = tree / "report.json"
    os.mkfifo(pipe)
    done = _run(tree, "--output", "json:report.json")
    assert done.returncode == 2
    assert "report.json: cannot be written: nobody reads this pipe" in done.stderr
    with open(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        assert _run(tree, "--select", "placeholder-id", "--output", "json:report.json").returncode == 0
        assert reader.read(20).startswith(b"{")
    done = _run(tree, "--baseline", "report.json")
    assert done.returncode == 2 and "report.json: the baseline cannot be read: is no plain file" in done.stderr
    (tree / "trackaudit.yaml").write_text("baseline: report.json\n")
    done = _run(tree)
    assert done.returncode == 2 and "the baseline cannot be read: is no plain file" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device")
@pytest.mark.parametrize("arguments", [(), ("--output-format", "json"), ("--diff",)])
def test_standard_output_that_is_full_is_told_and_no_fault_of_ours(tree: Path, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "trackaudit", "check", "--no-cache", *arguments]
    with open("/dev/full", "w") as full:
        for other in ("--version", "rules"):
            run = [*command[:3], other]
            done = subprocess.run(run, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
            assert done.returncode == 2
            assert "No space left on device" in done.stderr and "internal error" not in done.stderr
        done = subprocess.run(command, cwd=tree, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert done.returncode == 2
        assert "standard output: cannot be written: No space left on device" in done.stderr
        assert "internal error" not in done.stderr
        done = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, stderr=full, text=True, check=False)
        assert done.returncode == 1
        assert "exponea" in done.stdout


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device")
def test_a_full_disk_is_told_and_the_old_report_stays(tree: Path) -> None:
    done = _run(tree, "--output", "json:/dev/full")
    assert done.returncode == 2
    assert "/dev/full: cannot be written: No space left on device" in done.stderr
    report = tree / "report.json"
    report.write_text("the old one")
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100));"
        "sys.argv = ['trackaudit', 'check', '--no-cache', '--output', 'json:report.json'];"
        "from trackaudit.cli import main; sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "report.json: cannot be written: File too large" in done.stderr
    assert report.read_text() == "the old one"
    assert sorted(os.listdir(tree)) == [".git", "report.json", "shop"]
