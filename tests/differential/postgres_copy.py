"""Rows between SQLite files and PostgreSQL databases, so that both sides of a comparison can be read in one way. Runs in the
yardstick's Python, which has psycopg2."""

import json
import pathlib
import sqlite3


def connect(url):
    import psycopg2

    return psycopg2.connect(url)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def columns_of(cursor):
    """{table: {column: type}} of the current schema."""
    cursor.execute(
        "SELECT c.relname, a.attname, format_type(a.atttypid, NULL), a.attnotnull FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum"
    )
    tables = {}
    for table, column, kind, _ in cursor:
        tables.setdefault(table, {})[column] = kind
    return tables


def run(url, statements):
    """Runs each statement by itself; the rows of the last one."""
    connection = connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def fitting(value, kind):
    """A value of SQLite as PostgreSQL takes it; raises ValueError where it cannot."""
    if value is None:
        return None
    if kind == "boolean":
        return bool(value)
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str) and "\0" in value:
        raise ValueError
    if kind in ("json", "jsonb"):
        json.loads(value)
    if kind in ("bigint", "integer") and not isinstance(value, int):
        raise ValueError
    return value


def load(source, url):
    """Copies the rows of a SQLite file into the tables and columns that the PostgreSQL database has, too. Rows that
    PostgreSQL could never have held are left out; their number."""
    import psycopg2

    left_out = 0
    old = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    old.text_factory = lambda raw: raw.decode("utf-8", "replace")
    old.row_factory = sqlite3.Row
    connection = connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the order of tables is no matter
        for table, kinds in columns_of(cursor).items():
            if table in ("alembic_version", "migratehistory"):
                continue
            names = [r["name"] for r in old.execute(f"SELECT name FROM pragma_table_info({json.dumps(table)})") if r["name"] in kinds]
            if not names:
                continue
            sql = f"INSERT INTO {quoted(table)} ({', '.join(map(quoted, names))}) VALUES ({', '.join(['%s'] * len(names))})"
            for row in old.execute(f"SELECT {', '.join(map(quoted, names))} FROM {quoted(table)} ORDER BY rowid"):
                cursor.execute("SAVEPOINT row")
                try:
                    cursor.execute(sql, [fitting(row[name], kinds[name]) for name in names])
                except (ValueError, psycopg2.Error):
                    cursor.execute("ROLLBACK TO SAVEPOINT row")
                    left_out += 1
        # Rows whose references lead nowhere cannot be in a PostgreSQL database.
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text, "
            "(SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]), "
            "(SELECT attname FROM pg_attribute WHERE attrelid = confrelid AND attnum = confkey[1]) FROM pg_constraint WHERE contype = 'f'"
        )
        references = cursor.fetchall()
        changed = True
        while changed:
            changed = False
            for table, referred, column, key in references:
                cursor.execute(
                    f"DELETE FROM {table} t WHERE t.{quoted(column)} IS NOT NULL AND NOT EXISTS "
                    f"(SELECT 1 FROM {referred} r WHERE r.{quoted(key)} = t.{quoted(column)})"
                )
                left_out += cursor.rowcount
                changed = changed or cursor.rowcount > 0
        for table, kinds in columns_of(cursor).items():
            for column in kinds:
                cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", (quoted(table), column))
                (sequence,) = cursor.fetchone()
                if sequence:
                    cursor.execute(f"SELECT setval(%s, coalesce((SELECT max({quoted(column)}) FROM {quoted(table)}), 0) + 1, false)", (sequence,))
    connection.close()
    old.close()
    return left_out


def mirror(url, destination):
    """Writes all rows into a new SQLite file whose columns have the types that contents.py looks at."""
    import psycopg2.extensions

    pathlib.Path(destination).unlink(missing_ok=True)
    new = sqlite3.connect(destination)
    connection = connect(url)
    with connection.cursor() as cursor:
        for oids in ((114,), (199,)):  # JSON as the text that it is
            psycopg2.extensions.register_type(psycopg2.extensions.new_type(oids, "TEXT", lambda value, _: value), cursor)
        cursor.execute(
            "SELECT conrelid::regclass::text, array_agg(a.attname::text) FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND "
            "a.attnum = ANY (k.conkey) WHERE k.contype = 'p' GROUP BY 1"
        )
        keys = {table.strip('"'): names for table, names in cursor}
        for table, kinds in columns_of(cursor).items():
            parts = [f"{quoted(name)} {'JSON' if kind == 'json' else 'BLOB' if kind == 'bytea' else 'TEXT' if kind in ('text', 'character varying') else ''}" for name, kind in kinds.items()]
            if keys.get(table):
                parts.append(f"PRIMARY KEY ({', '.join(map(quoted, keys[table]))})")
            new.execute(f"CREATE TABLE {quoted(table)} ({', '.join(parts)})")
            cursor.execute(f"SELECT {', '.join(map(quoted, kinds))} FROM {quoted(table)}")
            plain = lambda value: value if value is None or isinstance(value, (int, float, str, bytes)) else str(value)
            new.executemany(f"INSERT INTO {quoted(table)} VALUES ({', '.join('?' * len(kinds))})", (tuple(map(plain, row)) for row in cursor))
    new.commit()
    new.close()
    connection.close()
