"""The tables of the SQLite file, version after version. Times are microseconds since 1970, UTC.

What a later version needs is added at the end, and never changed: files of every version
before are brought up to date step by step.

`tallies` counts sessions, so that nobody has to: per tenant and status where `batch` is
empty, per batch and status where it is not. Triggers keep it, and forget a batch with the
last of its sessions.
"""

_SESSIONS_AND_EVENTS = """
    CREATE TABLE sessions (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        key TEXT UNIQUE,
        fingerprint TEXT
    );
    CREATE INDEX sessions_by_status ON sessions (status, number);
    CREATE TABLE events (
        session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
        sequence INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL,
        event TEXT NOT NULL,
        PRIMARY KEY (session, sequence)
    );
"""
_ORIGINS = """
    ALTER TABLE sessions ADD COLUMN tenant TEXT NOT NULL DEFAULT 'default';
    ALTER TABLE sessions ADD COLUMN holder TEXT;
    ALTER TABLE sessions ADD COLUMN lane TEXT NOT NULL DEFAULT 'interactive';
    ALTER TABLE sessions ADD COLUMN batch TEXT;
    ALTER TABLE sessions ADD COLUMN label TEXT;
    CREATE INDEX sessions_by_tenant ON sessions (tenant, number);
    CREATE INDEX sessions_by_batch ON sessions (batch, number) WHERE batch IS NOT NULL;
    CREATE INDEX unfinished_by_holder ON sessions (holder)
        WHERE status IN ('queued', 'running');
"""
_NOTICES_BATCHES_AND_TALLIES = """
    ALTER TABLE sessions ADD COLUMN notify INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sessions ADD COLUMN ended_at INTEGER;
    UPDATE sessions SET ended_at = (SELECT max(recorded_at) FROM events WHERE session = number)
        WHERE status NOT IN ('queued', 'running');
    CREATE INDEX sessions_by_end ON sessions (ended_at) WHERE ended_at IS NOT NULL;
    CREATE INDEX sessions_by_tenant_and_status ON sessions (tenant, status, number);
    CREATE INDEX sessions_by_batch_and_status ON sessions (batch, status, number)
        WHERE batch IS NOT NULL;

    CREATE TABLE notices (
        session INTEGER PRIMARY KEY REFERENCES sessions (number) ON DELETE CASCADE,
        due_at INTEGER NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX notices_by_due ON notices (due_at);

    CREATE TABLE batches (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        tenant TEXT NOT NULL,
        total INTEGER NOT NULL,
        created_at INTEGER NOT NULL
    );
    CREATE INDEX batches_by_tenant ON batches (tenant, number);
    CREATE INDEX batches_by_age ON batches (created_at);

    CREATE TABLE tallies (
        tenant TEXT NOT NULL,
        batch TEXT NOT NULL,
        status TEXT NOT NULL,
        sessions INTEGER NOT NULL,
        PRIMARY KEY (batch, tenant, status)
    ) WITHOUT ROWID;
    INSERT INTO tallies (tenant, batch, status, sessions)
        SELECT tenant, '', status, count(*) FROM sessions GROUP BY tenant, status;
    INSERT INTO tallies (tenant, batch, status, sessions)
        SELECT tenant, batch, status, count(*) FROM sessions
        WHERE batch IS NOT NULL GROUP BY tenant, batch, status;
    CREATE TRIGGER session_counts AFTER INSERT ON sessions BEGIN
        INSERT INTO tallies VALUES (new.tenant, '', new.status, 1)
            ON CONFLICT DO UPDATE SET sessions = sessions + 1;
    END;
    CREATE TRIGGER session_counts_in_its_batch AFTER INSERT ON sessions
    WHEN new.batch IS NOT NULL BEGIN
        INSERT INTO tallies VALUES (new.tenant, new.batch, new.status, 1)
            ON CONFLICT DO UPDATE SET sessions = sessions + 1;
    END;
    CREATE TRIGGER session_counts_elsewhere AFTER UPDATE OF status ON sessions
    WHEN old.status <> new.status BEGIN
        UPDATE tallies SET sessions = sessions - 1
            WHERE batch IN ('', old.batch) AND tenant = old.tenant AND status = old.status;
        INSERT INTO tallies VALUES (new.tenant, '', new.status, 1)
            ON CONFLICT DO UPDATE SET sessions = sessions + 1;
    END;
    CREATE TRIGGER session_counts_elsewhere_in_its_batch AFTER UPDATE OF status ON sessions
    WHEN old.status <> new.status AND new.batch IS NOT NULL BEGIN
        INSERT INTO tallies VALUES (new.tenant, new.batch, new.status, 1)
            ON CONFLICT DO UPDATE SET sessions = sessions + 1;
    END;
    CREATE TRIGGER session_counts_no_more AFTER DELETE ON sessions BEGIN
        UPDATE tallies SET sessions = sessions - 1
            WHERE batch IN ('', old.batch) AND tenant = old.tenant AND status = old.status;
        DELETE FROM tallies
            WHERE batch IN ('', old.batch) AND tenant = old.tenant AND sessions = 0;
        DELETE FROM batches
            WHERE id = old.batch AND NOT EXISTS (SELECT 1 FROM sessions WHERE batch = old.batch);
    END;
"""
SCHEMA = (_SESSIONS_AND_EVENTS, _ORIGINS, _NOTICES_BATCHES_AND_TALLIES)
