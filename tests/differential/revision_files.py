#!/usr/bin/env python3
"""`liftlock db revision` and `db merge` against real Alembic's: the same request on the same chain, in a folder each.

usage: revision_files.py [--build FOLDER] [--only TEXT]...

Compared are the names of all files afterwards, their bytes (but for the digits of the date of creation), and the message where Alembic
fails. Where Liftlock refuses what spoils a chain in Alembic's hands, the case says so, and that nothing was written is checked.
Exit status: 0 no difference, 1 differences, 2 usage.
"""

import argparse
import contextlib
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import graph  # noqa: E402  (starts itself anew with the yardstick's Python)
import graph_chains  # noqa: E402
from alembic import command, util  # noqa: E402
from alembic.config import Config  # noqa: E402

TEMPLATES = pathlib.Path(util.__file__).resolve().parent.parent / "templates"
GENERIC = (TEMPLATES / "generic/script.py.mako").read_text()
OLD = '''"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision}
Create Date: ${create_date}

"""

# revision identifiers, used by Alembic.
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''
PLAYFUL = '''## A comment of Mako's: ${what}
"""${message | trim}
   ## another one
   ${ down_revision | comma , n }, ${down_revision | comma}, ${str(depends_on)}, ${create_date | str} \\
in one line
"""
# 100 % {of it} $ \\n ${'{' if imports else "}"}
revision = ${ repr( up_revision ) }
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}
'''
LONG = "Move the settings of every user into a table of their own, and drop the old column"
MESSAGES = [None, "", "Add a table", LONG, LONG.replace(" ", ""), "snake_case, CamelCase; and-dashes", "Größe ÄNDERN (Миграция 表)", 'with "quotes" and \'others\'',
            "two\nlines", "a \\d backslash", "tab\tand ends with \\", "  spaces  ", "🎉", "${message} <% %> ## %"]
FILE_TEMPLATES = ["%%(year)d_%%(month).2d_%%(day).2d_%%(hour).2d-%%(rev)s_%%(slug)s", "%%(slug)s", "x-%%(rev)s", "%%(year)s%%(month)02d%%(day)2d_%%(rev)s"]


class Request:
    """A command line. `refused`: Alembic goes on and spoils the chain; Liftlock says this."""

    def __init__(self, verb="revision", names=(), message="Add a table", refused=None, **options):
        self.verb, self.names, self.message, self.refused, self.options = verb, list(names), message, refused, options

    def __str__(self):
        return " ".join([self.verb, *self.words()])

    def words(self):
        words = [] if self.message is None else ["--message", self.message]
        for name, value in self.options.items():
            for each in value if isinstance(value, list) else [value]:
                words.append(f"--{name.replace('_', '-')}" if each is True else f"--{name.replace('_', '-')}={each}")
        return [*words, "--", *self.names] if self.names else words

    def official(self, config):
        options = dict(self.options)
        if self.verb == "merge":
            command.merge(config, self.names, message=self.message, branch_label=options.get("branch_label"), rev_id=options["rev_id"])
        else:
            command.revision(config, message=self.message, **({"head": "head"} | options))


def contents(folder):
    """Files by name, without the digits of the date."""
    date = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?")
    return {path.name: date.sub(b"DATE", path.read_bytes()) for path in sorted(folder.iterdir()) if path.is_file()}


class Pair:
    """The same chain twice: for the official side and for Liftlock."""

    def __init__(self, program, scratch, chain, template=GENERIC, settings=""):
        self.program, self.numbers = program, 0
        self.official, self.native = scratch / "official", scratch / "native"
        for folder in (self.official, self.native):
            (folder / "chain").mkdir(parents=True)
            chain.write(folder / "chain")
            (folder / "chain/env.py").touch()
            if template or folder == self.official:
                (folder / "chain/script.py.mako").write_text(template or GENERIC)
            (folder / "alembic.ini").write_text(f"[alembic]\nscript_location = %(here)s/chain\n{settings}")
        self.before = contents(self.official / "chain/versions")

    def _restore(self):
        for side in (self.official, self.native):
            versions = side / "chain/versions"
            for name in set(contents(versions)) - set(self.before):
                (versions / name).unlink()

    def differences(self, request):
        self.numbers += 1
        request.options.setdefault("rev_id", f"{self.numbers:06x}f00dba")
        message = self._run_official(request)
        answer = subprocess.run([self.program, "--json", "db", request.verb, "--scripts", self.native / "chain", *request.words()], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        told = json.loads(answer.stdout)
        theirs, ours = contents(self.official / "chain/versions"), contents(self.native / "chain/versions")
        self._restore()
        error = None if answer.returncode == 0 else told["error"]["what"]
        if request.refused or error is not None:
            lines = [] if ours == self.before else [f"Liftlock wrote {set(ours) - set(self.before)}"]
        else:
            made = set(ours) - set(self.before)
            lines = [] if made == {pathlib.Path(told["path"]).name} else [f"Liftlock says {told['path']}, and made {made}"]
        if request.refused:
            return lines + ([] if request.refused in (error or "") else [f"Liftlock says {error!r}, not {request.refused!r}"])
        if (message is None) != (error is None) or (message and graph.readable(message) != graph.readable(error)):
            lines.append(f"Alembic says {message!r}, Liftlock {error!r}")
        elif message is None and theirs != ours:
            lines += [f"the files differ: {sorted(set(theirs) ^ set(ours))}", *(f"{side[name]!r}" for side in (theirs, ours) for name in sorted(side) if theirs.get(name) != ours.get(name))]
        return lines

    def _run_official(self, request):
        """Alembic's message where it fails; empty where it crashes."""
        config = Config(str(self.official / "alembic.ini"), stdout=io.StringIO())
        with graph.warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            graph.warnings.simplefilter("ignore")
            try:
                request.official(config)
            except (util.CommandError, graph.alembic.script.revision.RevisionError) as error:
                return str(error)
            except Exception:  # noqa: BLE001 - a crash of Alembic's: only that it fails counts
                return ""
            finally:
                graph.LOADED.clear()
        return None


def requests_of(chain):
    names = chain.names()
    yield Request()
    yield Request(message=None)
    yield Request(head="heads", branch_label="fresh")
    yield Request(head="base")
    yield Request(head="nope")
    yield Request(head="heads", depends_on=["nope"])
    yield Request(head="heads", rev_id="a-b@c")
    yield Request("merge", ["heads"], message=None)
    yield Request("merge", ["heads"], branch_label="fresh")
    for name in names:
        yield Request(head=name)
        yield Request(head=name, splice=True)
        yield Request(head=name[:4], splice=True, branch_label="fresh")
        yield Request(head=f"{name}@head")
        yield Request(head="heads", depends_on=[name])
        yield Request(head="heads", depends_on=[name[:4], names[0]])
        yield Request("merge", [name])
    for one, other in chain.pairs(names)[:6]:
        yield Request("merge", [one, other], message="Join")
        yield Request(head="base", depends_on=[one, other])
    if len(names) > 1:
        yield Request("merge", [names[0], names[0]])
    for name in names[:1]:
        if re.fullmatch(r"\w+", name) and chain.files and any(f"revision: str = '{name}'" in text for text in chain.files.values()):
            yield Request(head="heads", rev_id=name, message="again", refused=f"Revision {name} is present more than once")
        yield Request(head="heads", branch_label=name, refused="already used by revision")


def cases(yardstick):
    """Name, chain, template, settings, requests."""
    chains = [chain for chain in graph_chains.made_chains() if chain.name not in ("numeric ids", "empty parent")]
    for chain in chains:
        broken = any(word in chain.name for word in ("cycle", "missing", "its own", "twice", "illegal", "parent is a label", "a label like an id"))
        yield chain.name, chain, GENERIC, "", [Request(), Request("merge", ["heads"])] if broken else requests_of(chain)
    line = next(chain for chain in chains if chain.name == "linear")
    for name, template in (("generic", GENERIC), ("none", None), ("of Alembic 1.7", OLD), ("playful", PLAYFUL),
                           ("of Open WebUI", (yardstick / "open-webui-0.12.4/open_webui/migrations/script.py.mako").read_text())):
        # Alembic makes a file that it cannot load itself of what closes its docstring.
        spoiling = [Request(message=message, refused="the file would be no revision") for message in ('"""', 'a """ + b', "\\x")] if name != "playful" else []
        yield f"template {name}", line, template, "", [*(Request(message=message) for message in MESSAGES), *requests_of(line), *spoiling]
    refused = [("multidb", (TEMPLATES / "multidb/script.py.mako").read_text()), ("a condition", GENERIC + "% if message:\n# x\n% endif\n"), ("a method", GENERIC + "# ${message.upper()}\n"),
               ("config", GENERIC + "# ${config.get_main_option('x')}\n"), ("no label", OLD.replace("branch_labels = ${repr(branch_labels)}\n", "% if 1:\n% endif\n"))]
    for name, template in refused:
        yield f"template with {name}", line, template, "", [Request(refused="Liftlock"), Request("merge", ["heads"], refused="Liftlock")]
    for setting in FILE_TEMPLATES:
        settings = f"file_template = {setting}\n# truncate_slug_length = 3\n"
        yield f"file_template {setting}", line, GENERIC, settings, [Request(message=message) for message in MESSAGES[2:6]]
    yield "truncate_slug_length", line, GENERIC, "truncate_slug_length = 12\ntimezone = UTC\n", [Request(message=message) for message in MESSAGES]


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=graph.ROOT / "build")
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    passed = failed = 0
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="liftlock-revisions-"))
    try:
        for number, (name, chain, template, settings, requests) in enumerate(cases(graph.YARDSTICK)):
            if options.only and not any(text in name for text in options.only):
                continue
            pair = Pair(options.build / "liftlock", scratch / f"{number}", chain, template, settings)
            lines = []
            for request in requests:
                wrong = pair.differences(request)
                passed, failed = (passed, failed + 1) if wrong else (passed + 1, failed)
                if wrong:
                    lines += [f"FAILED  {name}: {request}", *(f"          {line}" for line in wrong)]
            print(f"{'FAILED ' if lines else 'ok     '} {name} ({pair.numbers} command lines)", *lines[:24], sep="\n", flush=True)
    finally:
        shutil.rmtree(scratch)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
