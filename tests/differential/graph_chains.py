"""Chains of revision files for graph.py: made ones for each rule of Alembic's, random ones, and those of Open WebUI's releases."""

import itertools
import pathlib
import random
import shutil
import zipfile


class Chain:
    """Revision files by name, and version tables to ask about."""

    brief = False  # the graph is like another one's: ask less

    def __init__(self, name, files, heads=(), names=None, databases=None):
        self.name, self.files, self._names = name, files, names
        self.databases = {"base": None, "empty": [], "unknown": ["feedfacecafe"]}
        if heads:
            self.databases["heads"] = list(heads)
        self.databases |= databases or {}

    def write(self, folder):
        versions = folder / "versions"
        versions.mkdir()
        for name, text in self.files.items():
            (versions / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def place(self, folder):
        return folder

    def seen(self, answer, folder):
        """What the official side said, as Liftlock may say it."""
        return answer

    def names(self):
        return self._names or []

    def pairs(self, names):
        return list(itertools.permutations(names, 2))[:12]


class Installed(Chain):
    """The scripts of a release, as a folder, a package or a wheel; the official side sees the folder."""

    brief = True

    def __init__(self, name, scripts, how, names):
        super().__init__(name, {path.name: path.read_bytes() for path in sorted(scripts.glob("*.py"))}, names=names)
        self.how = how
        self.databases |= {"middle": [names[0]], "head": [names[-1]]}

    def place(self, folder):
        if self.how == "folder":
            return folder / "versions"
        if self.how == "built-in":
            return None
        inside = pathlib.Path("open_webui/migrations")
        if self.how == "package":
            shutil.copytree(folder / "versions", folder / "lib" / inside / "versions", dirs_exist_ok=True)
            (folder / "lib" / inside / "env.py").touch()
            return folder / "lib/open_webui"
        wheel = folder / "open_webui-1.0-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(str(inside / "env.py"), "")
            for path in sorted((folder / "versions").glob("*.py")):
                archive.write(path, inside / "versions" / path.name)
        return wheel

    def seen(self, answer, folder):
        stdout, message, said = answer
        if stdout is None or self.how == "folder":
            return answer
        versions = f"{folder}/versions/"
        if self.how == "built-in":
            lines = stdout.split("\n")
            return "\n".join(line for line in lines if not line.startswith(f"Path: {versions}")), message, said
        inside = f"{self.place(folder)}/{'open_webui/' if self.how == 'wheel' else ''}migrations/versions/"
        return stdout.replace(versions, inside), message, said


def script(revision, down=None, labels=None, depends=None, doc=None):
    """A file as Alembic's template makes it."""
    shown = ", ".join([down] if isinstance(down, str) else down or ())
    return f'''"""{doc or f"make {revision}"}

Revision ID: {revision}
Revises: {shown}
Create Date: 2026-01-02 03:04:05.678901

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = {revision!r}
down_revision: Union[str, Sequence[str], None] = {down!r}
branch_labels: Union[str, Sequence[str], None] = {labels!r}
depends_on: Union[str, Sequence[str], None] = {depends!r}


def upgrade() -> None:
    """Upgrade schema."""
    revision = "not this one"


def downgrade() -> None:
    pass
'''


def chain(name, *revisions, heads=(), names=None, **more):
    """Each revision: id, parents, labels, dependencies."""
    files = {}
    for number, (revision, *rest) in enumerate(revisions):
        files[f"{number:02}_{revision or 'none'}.py"] = script(revision, *rest)
    return Chain(name, files, heads, names if names is not None else [revisions[0][0], revisions[-1][0]], **more)


def made_chains():
    yield Chain("nothing at all", {})
    yield chain("one", ("aaaa1111",), heads=["aaaa1111"])
    yield chain("linear", ("aaaa1111",), ("bbbb2222", "aaaa1111"), ("abcd3333", "bbbb2222"), ("abcd4444", "abcd3333"), ("ab", "abcd4444"), heads=["ab"],
                names=["bbbb2222", "abcd4444", "ab"], databases={"middle": ["bbbb2222"], "partial": ["bbbb"]})
    yield chain("two heads", ("aaaa1111",), ("bbbb2222", "aaaa1111"), ("cccc3333", "aaaa1111"), ("dddd4444", "cccc3333"), heads=["bbbb2222", "dddd4444"],
                names=["aaaa1111", "bbbb2222", "dddd4444"], databases={"one of them": ["bbbb2222"], "not all": ["bbbb2222", "cccc3333"]})
    yield chain("a merge", ("aaaa1111",), ("bbbb2222", "aaaa1111"), ("cccc3333", "aaaa1111"), ("dddd4444", ("bbbb2222", "cccc3333")), ("eeee5555", "dddd4444"), heads=["eeee5555"],
                names=["bbbb2222", "cccc3333", "dddd4444"], databases={"before": ["bbbb2222", "cccc3333"], "overlap": ["eeee5555", "bbbb2222"], "overlap turned": ["bbbb2222", "eeee5555"]})
    yield chain("labels", ("aaaa1111",), ("bbbb2222", "aaaa1111", "shelf"), ("cccc3333", "bbbb2222"), ("dddd4444", "aaaa1111", ("cellar", "under-ground")), ("eeee5555", "dddd4444"),
                heads=["cccc3333", "eeee5555"], names=["shelf", "cellar", "under-ground", "cccc3333", "aaaa1111"], databases={"one": ["bbbb2222"], "other": ["eeee5555"]})
    yield chain("label in the middle of a line", ("aaaa1111",), ("bbbb2222", "aaaa1111"), ("cccc3333", "bbbb2222", ("line",)), ("dddd4444", "cccc3333"), heads=["dddd4444"],
                names=["line", "cccc3333", "dddd4444"])
    yield chain("label under a merge", ("aaaa1111", None, "root"), ("bbbb2222", "aaaa1111", "left"), ("cccc3333", "aaaa1111", "right"), ("dddd4444", ("bbbb2222", "cccc3333")),
                ("eeee5555", "dddd4444", "top"), heads=["eeee5555"], names=["root", "left", "top"])
    yield chain("bases", ("aaaa1111", None, "one"), ("bbbb2222", "aaaa1111"), ("cccc3333", None, "two"), ("dddd4444", "cccc3333"), heads=["bbbb2222", "dddd4444"],
                names=["one", "two", "bbbb2222"], databases={"one": ["aaaa1111"], "first only": ["bbbb2222"]})
    yield chain("depends_on", ("aaaa1111", None, "one"), ("bbbb2222", "aaaa1111"), ("cccc3333", None, "two"), ("dddd4444", "cccc3333", None, "bbbb2222"), ("eeee5555", "dddd4444"),
                heads=["eeee5555"], names=["one", "two", "bbbb2222", "dddd4444"], databases={"both": ["bbbb2222", "eeee5555"], "under": ["bbbb2222", "cccc3333"]})
    yield chain("depends_on a label", ("aaaa1111", None, "one"), ("bbbb2222", "aaaa1111"), ("cccc3333", None, "two"), ("dddd4444", "cccc3333", None, ("one",)), heads=["bbbb2222", "dddd4444"],
                names=["one", "two"])
    yield chain("depends_on what an ancestor depends on", ("aaaa1111", None, "one"), ("bbbb2222", "aaaa1111"), ("cccc3333", None, "two", "aaaa1111"),
                ("dddd4444", "cccc3333", None, ("aaaa1111", "bbbb2222")), ("eeee5555", "dddd4444", None, ["bbbb2222", "aaaa1111"]), ("ffff6666", "bbbb2222"), heads=["eeee5555", "ffff6666"],
                names=["one", "two", "dddd4444"])
    yield chain("three bases, crosswise", ("aaaa1111", None, "x"), ("bbbb2222", None, "y"), ("cccc3333", None, "z"), ("dddd4444", "aaaa1111", None, ("bbbb2222", "cccc3333")),
                ("eeee5555", "bbbb2222", None, "dddd4444"), ("ffff6666", "cccc3333"), ("abab7777", ("eeee5555", "ffff6666")), heads=["abab7777"], names=["x", "z", "dddd4444"])
    yield chain("children before parents", ("eeee5555", "dddd4444"), ("dddd4444", ("bbbb2222", "cccc3333")), ("cccc3333", "aaaa1111"), ("bbbb2222", "aaaa1111"), ("aaaa1111",), heads=["eeee5555"])
    yield chain("numeric ids", ("0001",), ("0002", "0001"), ("12345", "0002"), ("99", "12345"), heads=["99"], names=["0001", "99"])
    yield chain("cycle", ("aaaa1111",), ("bbbb2222", ("aaaa1111", "dddd4444")), ("cccc3333", "bbbb2222"), ("dddd4444", "cccc3333"))
    yield chain("cycle beside a chain", ("aaaa1111",), ("bbbb2222", "aaaa1111"), ("cccc3333", "dddd4444"), ("dddd4444", "cccc3333"))
    yield chain("nothing but a cycle", ("bbbb2222", "cccc3333"), ("cccc3333", "bbbb2222"))
    yield chain("its own parent", ("aaaa1111",), ("bbbb2222", "bbbb2222"))
    yield chain("its own dependency", ("aaaa1111",), ("bbbb2222", "aaaa1111", None, "bbbb2222"))
    yield chain("dependency cycle", ("aaaa1111", None, None, "dddd4444"), ("bbbb2222", "aaaa1111"), ("cccc3333", None), ("dddd4444", "cccc3333", None, "bbbb2222"))
    yield chain("dependency cycle beside a base", ("aaaa1111",), ("bbbb2222", "aaaa1111", None, "dddd4444"), ("cccc3333", "aaaa1111"), ("dddd4444", "cccc3333", None, "bbbb2222"))
    yield chain("missing parent", ("aaaa1111",), ("bbbb2222", "nowhere9"), ("cccc3333", "bbbb2222"))
    yield chain("missing parent of a linked one", ("cccc3333", "bbbb2222"), ("bbbb2222", "nowhere9"), ("aaaa1111",))
    yield chain("missing dependency", ("aaaa1111",), ("bbbb2222", "aaaa1111", None, "nowhere9"))
    yield chain("parent is a label", ("aaaa1111", None, "one"), ("bbbb2222", "one"))
    yield chain("one id twice", ("aaaa1111",), ("bbbb2222", "aaaa1111"), ("bbbb2222", "aaaa1111"), ("cccc3333", "bbbb2222"), heads=["cccc3333"])
    yield chain("one id twice, as head", ("aaaa1111",), ("bbbb2222", "aaaa1111"), ("cccc3333", "aaaa1111"), ("bbbb2222", "cccc3333"), heads=["bbbb2222"])
    yield chain("one label twice", ("aaaa1111", None, "one"), ("bbbb2222", "aaaa1111", "one"))
    yield chain("a label like an id", ("aaaa1111",), ("bbbb2222", "aaaa1111", "aaaa1111"))
    yield chain("illegal id", ("aaaa1111",), ("bb-bb@22", "aaaa1111"))
    yield chain("empty parent", ("aaaa1111", ""), ("bbbb2222", "aaaa1111"))
    yield chain("empty tuples", ("aaaa1111", (), (), ()), ("bbbb2222", ["aaaa1111"], [], []), heads=["bbbb2222"])
    yield chain("ids beyond ASCII", ("äöü1",), ("ñandú22", "äöü1", "größe"), heads=["ñandú22"], names=["ñandú22", "größe"])
    yield chain("wide", ("root0000",), *((f"leaf{n:04}", "root0000", f"l{n}") for n in range(12)), ("join9999", tuple(f"leaf{n:04}" for n in range(0, 12, 2))),
                heads=["join9999"], names=["l1", "l2", "join9999"])


def odd_files():
    """The same things said in every way that Python allows."""
    head = 'from alembic import op\n'
    yield "plain", {
        "a.py": "'single quotes'\nrevision = 'aaaa1111'\ndown_revision = None\n",
        "b.py": head + 'revision = "bbbb" "2222"\ndown_revision = ("aaaa1111")\nbranch_labels = None\n',
        "c.py": 'r"""raw \\n doc"""\nrevision = r"cccc3333"; down_revision = \'bbbb2222\' # why\n',
        "d.py": '# comment\n\n# -*- coding: utf-8 -*-\nu"""uni\\u00e4code \\x41\\101\\\nnext \\q"""\nrevision = \\\n  "dddd4444"\ndown_revision = (\n    # a comment, with a "quote\n    "cccc3333"\n)\n',
        "e.py": '"""doc of e""" " and more"\nrevision: "str" = """eeee5555"""\ndown_revision: dict[str, list[str]] = ("dddd4444",)\n',
        "f.py": '("in parentheses")\nrevision = previous = "ffff6666"\ndown_revision = "eeee5555",\n',
        "g.py": 'revision = "wrong"\nrevision = "abab7777"\ndown_revision = ["ffff6666"]\n__doc__ = "given\\n\\nlater"\n',
        "h.py": b"\xef\xbb\xbf\"\"\"with a BOM\r\nand\rother line ends\r\n\r\nbelow\r\n\"\"\"\r\nrevision = 'abab8888'\r\ndown_revision = 'abab7777'\r\n",
        "i.py": '"""\n\n   indented first\n   second\n\n\n   third \x0c fourth\n"""\nrevision="abab9999"\ndown_revision=None or "x" if False else "abab8888"\n'.replace('None or "x" if False else ', ""),
        "j.py": f'"""{"a very long message " * 30}"""\nimport sqlalchemy as sa\nx = {{"revision": 1}}\nsa.revision = 3\nx["revision"] = 2\ndef f(revision="q"):\n  revision = 4\n  return revision\nclass C:\n  down_revision = 5\n@f\ndef g(): pass\nrevision = "abac0000"\ndown_revision = "abab9999"\nif revision == "x":\n  raise ValueError(revision)\nprint_ = f(revision="y")\n',
        "k.py": "b'no docstring'\nrevision = 'abac1111'\ndown_revision = 'abac0000'\n",
        "l.py": "f'no docstring either {1+1}'\nrevision = 'abac2222'\ndown_revision = 'abac1111'\n",
        "README": "no script", "__init__.py": "", ".#m.py": "junk(", "notes.txt": "x", "n.pyc": "x",
    }
    yield "legacy name", {"abc123.py": "down_revision = None\n", "def456.py": "'''old'''\ndown_revision = 'abc123'\n"}
    yield "no id at all", {"a.py": "revision = 'aaaa1111'\ndown_revision = None\n", "zzz.py": "down_revision = 'aaaa1111'\n"}
    yield "no down_revision", {"a.py": "revision = 'aaaa1111'\n"}
    yield "unfinished text", {"a.py": "revision = 'aaaa1111\ndown_revision = None\n"}
    yield "unfinished bracket", {"a.py": "revision = 'aaaa1111'\ndown_revision = (None\n"}
    # In a comment, Python before 3.12 takes it.
    yield "not UTF-8", {"a.py": b"revision = 'aaaa1111'\ndown_revision = None\nmessage = '\xff'\n"}


def random_chain(seed):
    """A graph without cycles: parents and dependencies are earlier revisions."""
    rng = random.Random(seed)
    ids = [f"{rng.getrandbits(48):012x}" for _ in range(rng.randrange(5, 26))]
    revisions, labels = [], []
    for number, revision in enumerate(ids):
        before = ids[:number]
        parents = rng.sample(before, min(len(before), rng.choice([0, 1, 1, 1, 1, 1, 1, 2, 3])))
        label = f"branch{number}" if rng.random() < 0.2 else None
        labels += [label] if label else []
        others = [other for other in before if other not in parents]
        depends = rng.sample(others, min(len(others), rng.choice([0, 0, 0, 0, 1, 2])))
        down = None if not parents else parents[0] if len(parents) == 1 else tuple(parents)
        revisions.append((revision, down, label, tuple(depends) or None))
    heads = [revision for revision in ids if not any(revision in ((down,) if isinstance(down, str) else down or ()) for _, down, _, _ in revisions)]
    shuffled = rng.sample(revisions, len(revisions)) if rng.random() < 0.5 else revisions
    names = rng.sample(ids, 3) + labels[:2]
    return chain(f"random {seed}", *shuffled, heads=heads, names=names, databases={"some": rng.sample(ids, 2), "one": rng.sample(ids, 1)})


def all_chains(yardstick, seed, count):
    yield from made_chains()
    for name, files in odd_files():
        yield Chain(f"odd files: {name}", files, names=["abab8888", "ffff6666"] if name == "plain" else [])
    new = yardstick / "open-webui-0.12.4/open_webui/migrations/versions"
    names = ["9f0c9cd09105", "0bd252b206fb"]
    for how in ("folder", "package", "wheel", "built-in"):
        yield Installed(f"Open WebUI 0.12.4, {how}", new, how, names)
    old = yardstick / "open-webui-0.3.35/open_webui/migrations/versions"
    if not old.is_dir():
        old = next((yardstick / "open-webui-0.3.35/open_webui").glob("**/migrations/versions"))
    yield Installed("Open WebUI 0.3.35, folder", old, "folder", ["7e5b5dc7342b", "ca81bd47c050"])
    for number in range(count):
        yield random_chain(seed + number)
