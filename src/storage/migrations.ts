/**
 * The schema's history: entry n leads from version n to n + 1, kept in `user_version`. What has been released is never
 * edited; a change is a new entry. Times are Unix milliseconds, lists and objects JSON text.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE projects (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    overrides TEXT NOT NULL DEFAULT '{}',
    created_ms INTEGER NOT NULL,
    suspended_ms INTEGER,
    paid_until_ms INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    hash BLOB NOT NULL UNIQUE,
    prefix TEXT NOT NULL,
    last4 TEXT NOT NULL,
    name TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    scopes TEXT NOT NULL,
    ip_allowlist TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    revoked_ms INTEGER,
    last_used_ms INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX keys_of_project ON keys (project_id, id);

  CREATE TABLE usage_scans (
    project_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    day TEXT NOT NULL,
    scans INTEGER NOT NULL CHECK (scans >= 0),
    PRIMARY KEY (project_id, livemode, day)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE usage_requests (
    project_id TEXT NOT NULL,
    livemode INTEGER NOT NULL,
    month TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    requests INTEGER NOT NULL CHECK (requests >= 0),
    PRIMARY KEY (project_id, livemode, month, endpoint)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE idempotent_answers (
    project_id TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer BLOB NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (project_id, key)
  ) STRICT;
  CREATE INDEX idempotent_answers_by_expiry ON idempotent_answers (expires_ms);
  `,
  // Stored answers moved to a file of their own, which may be lost.
  `
  DROP TABLE idempotent_answers;
  `,
  // A project's own retention in seconds; NULL: the server's settings.
  `
  ALTER TABLE projects ADD COLUMN results_s INTEGER CHECK (results_s >= 0);
  ALTER TABLE projects ADD COLUMN artifacts_s INTEGER CHECK (artifacts_s >= 0);
  `,
];
