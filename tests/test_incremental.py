"""Whatever is changed, and in whatever order: what is put together of an earlier run and of the changes is what a run
from nothing says, byte for byte."""

from __future__ import annotations

import random
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from trackaudit import discover
from trackaudit.cli import main
from trackaudit.discover import folders
from trackaudit.discover.index import differences, marks
from trackaudit.pipeline import reuse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES: dict[str, tuple[str, ...]] = {
    "shop/track.js": (
        "export function store(p) { exponea.update(p) }\n",
        "export function store(p) { exponea.identify({ registered: p.email }, p) }\n",
        "export function store(p) { exponea.update(p) }\nexport function more(p) { exponea.update(p) }\n",
        "export const nothing = 1\n",
    ),
    "shop/barrel.js": ("export * from './track'\n", "export { store as keep } from './track'\n"),
    "shop/page.js": (
        "import { store } from './track'\nexport function go(user) { store({ email: user.email }) }\n",
        "import { store } from './barrel'\nexport function go(user) { store({ email: user.email }) }\n",
        "import { keep } from './barrel'\nexport const go = (user) => keep({ email: user.email })\n",
        "import { more } from './track'\nexport function go(user) { more({ phone: user.phone }) }\n",
    ),
    "shop/other.js": (
        "export const a = 1\n",
        "import { go } from './page'\nexport function load(user) { go(user) }\n",
        "exponea.identify({ registered: user.email }, { plan: 'a' })\n",
        "export function logout() { session.clear() }\n",
    ),
    "site/globals.js": (
        "window.say = function (p) { exponea.update(p) }\n",
        "window.say = function (p) { exponea.track('a', p) }\n",
        "window.tell = function (p) { exponea.update(p) }\n",
    ),
    "site/index.html": (
        "<script src='globals.js'></script><script>say({ email: user.email })</script>\n",
        "<script src='globals.js'></script><script>tell({ email: user.email })</script>\n",
        "<script>exponea.update({ email: user.email }) // trackaudit: ignore[identifier-in-update] known\n</script>\n",
    ),
    "shop/plugin.js": (
        "export default (context, inject) => { inject('crm', { put(p) { exponea.update(p) } }) }\n",
        "export default (c, inject) => { inject('crm', { put(p) { exponea.identify({ registered: p.email }) } }) }\n",
        "export default (context, inject) => { inject('shop', { put(p) { exponea.update(p) } }) }\n",
    ),
    "shop/Login.vue": (
        "<script>\nexport default { methods: { go(user) { this.$crm.put({ email: user.email }) } } }\n</script>\n",
        "<script>\nexport default { methods: { go(user) { this.$shop.put({ email: user.email }) } } }\n</script>\n",
        "<script>\nexport default { methods: { go(u) { this.$store.dispatch('put', { email: u.mail }) } } }\n</script>",
    ),
    "shop/store.js": (
        "export const actions = { put(context, p) { exponea.update(p) } }\n",
        "export const actions = { put(context, p) { exponea.identify({ registered: p.email }, p) } }\n",
        "export const actions = { other(context, p) { exponea.update(p) } }\n",
    ),
    "app/store.js": ("export const actions = { put(context, p) { exponea.update(p) } }\n",),
    "app/bus.js": ("import mitt from 'mitt'\nexport const bus = mitt()\nexport const other = mitt()\n",),
    "app/heard.js": (
        "import { bus } from './bus'\nbus.on('user', (p) => exponea.update(p))\n",
        "import { bus, other } from './bus'\nother.on('user', (p) => exponea.update(p))\n",
        "import { bus } from './bus'\nexport function listen() { bus.on('sale', (p) => exponea.update(p)) }\n",
    ),
    "app/said.js": (
        "import { bus } from './bus'\nexport const go = (user) => bus.emit('user', { email: user.email })\n",
        "import { bus } from './bus'\nexport const go = (user) => bus.emit('sale', { email: user.email })\n",
        "import { bus } from './bus'\nbus.emit('user', { email: user.email })\nexponea.update({ phone: user.phone })\n",
        "export const go = (store, user) => store.dispatch('put', { phone: user.phone })\n",
    ),
    "app/context.js": ("export const Crm = createContext()\n", "export const Crm = createContext(null)\n"),
    "app/Provider.jsx": (
        "import { Crm } from './context'\n"
        "export const P = (x) => <Crm.Provider value={(p) => exponea.update(p)}>{x.children}</Crm.Provider>\n",
        "import { Crm } from './context'\nexport const P = (x) => <Crm.Provider value={0}>{x.y}</Crm.Provider>\n",
    ),
    "app/Form.jsx": (
        "import { Crm } from './context'\nexport function Form({ user }) {\n  const put = useContext(Crm)\n"
        "  return <form onSubmit={() => put({ email: user.email })} />\n}\n",
        "import { Crm } from './context'\nexport const useCrm = () => useContext(Crm)\n",
    ),
    "server/client.py": (
        "from exponea_python_sdk import Exponea\n\ndef send(ids, props):\n"
        "    Exponea('t').tracking.update_customer_properties(ids, props)\n",
        "def send(ids, props):\n    pass\n",
    ),
    "server/views.py": (
        "from .client import send\n\ndef view(user):\n    send({'cookie': user.cookie}, {'email': user.email})\n",
        "from .client import send\n\ndef view(user):\n    send({'registered': user.email}, {'email': user.email})\n",
        "from server.client import *\n\ndef view(user):\n    send({'registered': user.phone}, {})\n",
    ),
    "data/import.json": (
        '{"customer_ids": {"cookie": "{{ c }}"}, "properties": {"email": "{{ customer.email }}"}}\n',
        '{"customer_ids": {"registered": "{{ customer.email }}"}, "properties": {}}\n',
    ),
    "shop/package.json": ('{"name": "shop"}\n', '{"name": "store"}\n'),
    "app/track.ts": ("export const store = (p: any) => exponea.update(p)\n", "export {}\n"),
    "app/page.ts": (
        "import { store } from './track'\nstore({ email: user.email })\n",
        "import { store } from '@/shop/track'\nstore({ email: user.email })\n",
        "import { store } from '../shop/track'\nstore({ email: user.email })\n",
    ),
    "app/broken.js": ("exponea.update({ email: user.email \n", "exponea.update({ email: user.email })\n"),
    "app/track.test.js": ("exponea.update({ email: 'a@example.com' })\n", "import './track'\n"),
    "node_modules/x/index.js": ("exponea.update({ email: user.email })\n",),
    "tsconfig.json": ('{"compilerOptions": {"paths": {"@/*": ["./*"]}}}\n', '{"compilerOptions": {"paths": {}}}\n'),
    "wide.js": ("// \u00e9\nexponea.update({ email: user.email })\n",),
    ".gitignore": ("built/\n", "built/\nshop/other.js\n"),
    "built/track.js": ("export function store(p) { exponea.update(p) }\n",),
}
RUNS: tuple[tuple[str, ...], ...] = (
    ("--show-unresolved",), ("shop",), ("shop/page.js",), ("--min-confidence", "low"),
    ("app/page.ts", "site/index.html"), ("--output-format", "gitlab"), ("--output-format", "sarif"),
    ("app/track.test.js",),
)  # fmt: skip


class Tree:
    """A repository that is changed by chance."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.chance = random.Random(seed)
        self.steps: list[str] = []
        for name, texts in FILES.items():
            if self.chance.random() < 0.8:
                self.write(name, texts[0])
        self.git("init", "-q", "-b", "main")
        self.commit()

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=self.root, check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "state")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def edit(self) -> None:
        name = self.chance.choice(list(FILES))
        self.write(name, self.chance.choice(FILES[name]))

    def append(self) -> None:
        name = self.chance.choice([name for name in FILES if name.endswith((".js", ".ts"))])
        path = self.root / name
        if path.exists():
            path.write_bytes(path.read_bytes() + b"// more\n")

    def remove(self) -> None:
        (self.root / self.chance.choice(list(FILES))).unlink(missing_ok=True)

    def move(self) -> None:
        name = self.chance.choice(list(FILES))
        if (self.root / name).exists():
            to = self.root / f"{name.rpartition('/')[0] or 'app'}/moved.{name.rpartition('.')[2]}"
            shutil.move(self.root / name, to)

    def stage(self) -> None:
        self.git("add", "-A")

    def change(self) -> None:
        """One to three changes of any kind."""
        for _ in range(self.chance.randint(1, 3)):
            kind = self.chance.choice([self.edit] * 6 + [self.append, self.remove, self.move, self.stage, self.commit])
            self.steps.append(kind.__name__)
            kind()


@pytest.fixture
def everything_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setattr(discover, "FEW", 0)
    monkeypatch.setattr(folders, "MARGIN", -1e9)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
    return root


def answers(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> tuple[int, str, str]:
    code = main(["check", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_tree_changed_at_random_is_told_of_as_from_nothing(
    everything_kept: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    many: int,
) -> None:
    put_together = 0
    renew: Callable[[reuse.Asked], reuse.Renewed | None] = reuse.renew

    def counted(asked: reuse.Asked) -> reuse.Renewed | None:
        nonlocal put_together
        found = renew(asked)
        put_together += found is not None
        return found

    monkeypatch.setattr(reuse, "renew", counted)
    for seed in range(many):
        shutil.rmtree(everything_kept)
        everything_kept.mkdir()
        monkeypatch.chdir(everything_kept)
        tree = Tree(everything_kept, seed)
        for _ in range(6):
            arguments = tree.chance.choice(RUNS)
            if all((tree.root / word).exists() for word in arguments if "/" in word or word == "shop"):
                told = answers(capsys, arguments)
                assert told == answers(capsys, (*arguments, "--no-cache")), (seed, tree.steps, arguments)
            tree.change()
    assert put_together > many


def test_another_repository_inside_and_a_virtual_environment_are_no_files_of_this_one(
    everything_kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = Tree(everything_kept, 2)
    for name in ("inner/a.js", "env/pyvenv.cfg", "env/lib/a.js"):
        assert answers(capsys, ()) == answers(capsys, ("--no-cache",))
        tree.write(name, "exponea.update({ email: user.email })\n")
        if name.startswith("inner"):
            subprocess.run(["git", "init", "-q"], cwd=tree.root / "inner", check=True)
    assert answers(capsys, ()) == answers(capsys, ("--no-cache",))
    tree.write("env/lib/b.js", "exponea.update({ email: user.email })\n")
    assert answers(capsys, ()) == answers(capsys, ("--no-cache",))


def test_of_many_callers_of_one_function_the_same_one_is_shown(
    everything_kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = Tree(everything_kept, 3)
    tree.write("many/form.js", "export function form(data) { exponea.track('Form', { email: data.mail }) }\n")
    for number in range(30):
        tree.write(f"many/page{number}.js", f"import {{ form }} from './form'\nform({{ mail: user.email{number} }})\n")
    assert answers(capsys, ()) == answers(capsys, ("--no-cache",))
    tree.write("many/page7.js", "import { form } from './form'\nform({ mail: user.email })\n")
    assert answers(capsys, ()) == answers(capsys, ("--no-cache",))


NO_FILE = b"DIRC" + (2).to_bytes(4, "big") + bytes(4) + bytes(20)


def everything(data: bytes, folder: str = "") -> dict[str, bytes]:
    found = differences(NO_FILE, b"", data, folder)
    assert found is not None
    assert not found.before
    return found.after


def test_what_git_says_of_each_file_is_read_from_its_index(everything_kept: Path) -> None:
    tree = Tree(everything_kept, 1)
    data = (tree.root / ".git/index").read_bytes()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=tree.root, capture_output=True, check=True).stdout
    before = everything(data)
    assert sorted(before) == sorted(listed.decode().split("\0")[:-1])
    assert everything(data, "shop") == {name[5:]: what for name, what in before.items() if name.startswith("shop/")}


def test_two_states_of_an_index_differ_in_what_was_changed_between_them(everything_kept: Path, many: int) -> None:
    tree = Tree(everything_kept, 1)
    names = [f"d{number % 7}/{'x' * (number % 23)}{number}.js" for number in range(400)]
    states = []
    for _ in range(2 + many // 10):
        for name in tree.chance.sample(names, tree.chance.choice((0, 1, 5, 300))):
            cached = tree.chance.choice(("--add", "--force-remove"))
            what = ["--cacheinfo", f"100644,{tree.chance.randrange(16**40):040x},{name}"]
            tree.git("update-index", cached, *(what if cached == "--add" else [name]))
        states.append((tree.root / ".git/index").read_bytes())
    for then in states:
        for now in states:
            blocks = marks(then)
            assert blocks is not None
            found = differences(then, blocks, now, "d3")
            old, new = everything(then, "d3"), everything(now, "d3")
            assert found == (dict(old.items() - new.items()), dict(new.items() - old.items()))


@pytest.mark.parametrize("data", [b"", b"DIRC", b"DIRC\0\0\0\4" + b"\0" * 40, b"DIRC\0\0\0\2\0\0\0\5" + b"x" * 90])
def test_an_index_of_another_format_is_not_read(data: bytes) -> None:
    assert marks(data) is None
    assert differences(NO_FILE, b"", data, "") is None
    assert differences(data, b"", NO_FILE, "") is None
