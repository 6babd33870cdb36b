"""The healthy cases: fixtures, fresh databases, Peewee-era ones, filled ones and random ones, up the chain."""

import random
import time

from contents import uuids_of
from fill import Filler
from harness import PEEWEE_MIGRATIONS, Chain, Failed, copy_database

FIXTURES = {
    "open-webui-0.3.35": "4ace53fd72c8",
    "open-webui-0.5.20": "3781e22d8b01",
    "open-webui-0.6.18": "d31026856c01",
    "open-webui-0.8.12": "b2c3d4e5f6a7",
}
# How far the Peewee migrations of old releases went (facts: 0.1.124 had 7, 0.3.6 all 18).
PEEWEE_STATES = [7, 8, 11, 12, 13, 18]
# Where Alembic-born databases are filled: one place before each group of data steps.
FILLED_AT = ["7e5b5dc7342b", "6a39f3d8e55c", "4ace53fd72c8", "9f0c9cd09105", "a5c220713937", "90ef40d4714e", "c440947495f3", "b2c3d4e5f6a7",
             "b7c8d9e0f1a2", "e1f2a3b4c5d6", "461111b60977", "856c5b02fb54", "1ce6ade7d93b", "a7d3e9f2b641", "c92da83b017f"]  # fmt: skip
HEAD = "0bd252b206fb"


class Group:
    """A named run of comparisons; `steps(context)` yields pairs of name and function."""

    def __init__(self, name, steps):
        self.name, self.steps = name, steps


def up_the_chain(context, source, targets, stepwise=False, peewee=()):
    chain = Chain(context, source, stepwise)
    for count in peewee:
        yield f"to Peewee {count}", lambda count=count: chain.advance(peewee=count)
    for revision in targets:
        yield f"to {revision}", lambda revision=revision: chain.advance(revision)
    chain.close()


def fixture_steps(name, stepwise):
    return lambda context: up_the_chain(context, context.fixture(name), context.after(FIXTURES[name]), stepwise)


def fresh_steps(stepwise):
    return lambda context: up_the_chain(context, context.empty("fresh"), context.after(None), stepwise)


def made(context, name, start, seed, messy=True, rows=5, everything_at=None):
    """A database at `start` (a number of Peewee migrations or a revision), filled; then taken on to `everything_at` by the
    official chain and filled again, so that rows of all ages are in it."""
    path = context.at_peewee(name, start) if isinstance(start, int) else context.at_revision(name, start)
    filler = Filler(random.Random(seed), messy, rows=rows)
    filler.fill(path)
    if everything_at:
        context.official.upgrade(path, everything_at)
        filler.fill(path)
    return path


def peewee_steps(count, stepwise=False):
    def steps(context):
        source = made(context, f"peewee-{count}", count, count)
        yield from up_the_chain(context, source, context.after(None), stepwise, range(count + 1, PEEWEE_MIGRATIONS + 1))

    return steps


def filled_steps(revision, stepwise=False):
    def steps(context):
        source = made(context, f"filled-{revision}", revision, revision)
        yield from up_the_chain(context, source, context.after(revision), stepwise)

    return steps


def random_steps(seed):
    """A made database: some start, some stop on the way where rows of that age are added, some target."""

    def steps(context):
        chooser = random.Random(seed)
        start = chooser.choice([*PEEWEE_STATES, *context.chain[:-1]])
        later = context.after(None if isinstance(start, int) else start)
        source = made(context, f"random-{seed}", start, seed, chooser.random() < 0.8, chooser.choice([1, 5, 20]))
        targets = sorted(chooser.sample(later, min(len(later), 4)) + [HEAD], key=context.chain.index)
        if isinstance(start, int) and start < PEEWEE_MIGRATIONS:
            copy_of = context.scratch / f"random-{seed}-peewee.db"
            copy_database(source, copy_of)
            yield from up_the_chain(context, source, [], False, [PEEWEE_MIGRATIONS])
            context.official.peewee(copy_of, PEEWEE_MIGRATIONS)
            source = copy_of
        yield from up_the_chain(context, source, dict.fromkeys(targets))

    return steps


def command_steps(context):
    """`liftlock db upgrade` in place: what a person runs, with its verification."""
    for name in [*FIXTURES, None]:
        source = context.fixture(name) if name else context.empty("new")
        left, right = context.empty("command-official"), context.empty("command-native")

        def step(source=source, name=name):
            if name:
                copy_database(source, left)
                copy_database(source, right)
            since, known = time.time(), uuids_of(source) if name else set()
            context.official.upgrade(left, HEAD)
            context.native.upgrade(right, HEAD)
            lines = context.compare(left, right, known, since)
            if lines:
                raise Failed(lines)

        yield name or "a new database", step


def all_groups(seed, count):
    groups = [Group("fresh database, one jump to each revision", fresh_steps(False)), Group("fresh database, step by step", fresh_steps(True))]
    groups += [Group(f"fixture {name}, one jump to each revision", fixture_steps(name, False)) for name in FIXTURES]
    groups += [Group(f"fixture {name}, step by step", fixture_steps(name, True)) for name in ("open-webui-0.3.35", "open-webui-0.6.18")]
    groups.append(Group("liftlock db upgrade to head", command_steps))
    groups += [Group(f"Peewee database at {n}, filled", peewee_steps(n)) for n in (1, *PEEWEE_STATES)]
    groups += [Group("Peewee database at 1, filled, step by step", peewee_steps(1, True))]
    groups += [Group(f"Alembic-born database filled at {revision}", filled_steps(revision)) for revision in FILLED_AT]
    groups += [Group("Alembic-born database filled at 7e5b5dc7342b, step by step", filled_steps("7e5b5dc7342b", True))]
    groups += [Group(f"random database, seed {seed + n}", random_steps(seed + n)) for n in range(count)]
    return groups
