/** Projects and keys as rows. Every change is on disk when the call returns. */
import type { Overrides } from '../domain/plans.js';
import { formatOverrides, parseOverrides } from '../domain/plans.js';
import type { Database } from '../storage/database.js';
import type { KeyInfo, KeyRealm, Project } from './types.js';

interface ProjectRow {
  id: string;
  name: string;
  plan: string;
  overrides: string;
  created_ms: number;
  suspended_ms: number | null;
  paid_until_ms: number | null;
  results_s: number | null;
  artifacts_s: number | null;
}

interface KeyRow {
  id: string;
  project_id: string;
  hash: Buffer;
  prefix: string;
  last4: string;
  name: string;
  livemode: number;
  scopes: string;
  ip_allowlist: string;
  created_ms: number;
  expires_ms: number | null;
  revoked_ms: number | null;
  last_used_ms: number | null;
}

export interface HashedKey extends KeyInfo {
  hash: Uint8Array;
}

export type Store = ReturnType<typeof createStore>;

export function createStore(db: Database) {
  const insertProject = db.prepare<ProjectRow>(
    `INSERT INTO projects (id, name, plan, overrides, created_ms, suspended_ms, paid_until_ms, results_s, artifacts_s)
     VALUES (@id, @name, @plan, @overrides, @created_ms, @suspended_ms, @paid_until_ms, @results_s, @artifacts_s)`,
  );
  const updateProject = db.prepare<ProjectRow>(
    `UPDATE projects SET name = @name, plan = @plan, overrides = @overrides, suspended_ms = @suspended_ms,
     paid_until_ms = @paid_until_ms, results_s = @results_s, artifacts_s = @artifacts_s WHERE id = @id`,
  );
  const projectById = db.prepare<[string], ProjectRow>('SELECT * FROM projects WHERE id = ?');
  const allProjects = db.prepare<[], ProjectRow>('SELECT * FROM projects ORDER BY id');
  const anyProject = db.prepare<[], { id: string }>('SELECT id FROM projects LIMIT 1');
  const plansInUse = db.prepare<[], { plan: string }>('SELECT DISTINCT plan FROM projects');
  const insertKey = db.prepare<KeyRow>(
    `INSERT INTO keys (id, project_id, hash, prefix, last4, name, livemode, scopes, ip_allowlist, created_ms, expires_ms,
     revoked_ms, last_used_ms) VALUES (@id, @project_id, @hash, @prefix, @last4, @name, @livemode, @scopes, @ip_allowlist,
     @created_ms, @expires_ms, @revoked_ms, @last_used_ms)`,
  );
  const keyByHash = db.prepare<[Uint8Array], KeyRow>('SELECT * FROM keys WHERE hash = ?');
  const keyById = db.prepare<RealmParams & { id: string }, KeyRow>(
    `SELECT * FROM keys WHERE id = @id AND project_id = @project_id AND livemode IN (@live, @test)`,
  );
  const projectOfKey = db.prepare<[string], string>('SELECT project_id FROM keys WHERE id = ?').pluck();
  const keysBefore = db.prepare<RealmParams & { before: string; limit: number }, KeyRow>(
    `SELECT * FROM keys WHERE project_id = @project_id AND livemode IN (@live, @test) AND id < @before
     ORDER BY id DESC LIMIT @limit`,
  );
  const revoke = db.prepare<[number, string]>(
    'UPDATE keys SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL',
  );
  const expire = db.prepare<[number, string]>('UPDATE keys SET expires_ms = ? WHERE id = ?');

  return {
    insertProject: (project: Project): void => void insertProject.run(rowOfProject(project)),
    updateProject: (project: Project): void => void updateProject.run(rowOfProject(project)),
    project: (id: string): Project | undefined => map(projectById.get(id), projectOf),
    projects: (): Project[] => allProjects.all().map(projectOf),
    hasProjects: (): boolean => anyProject.get() !== undefined,
    plansInUse: (): string[] => plansInUse.all().map(({ plan }) => plan),
    insertKey: (key: HashedKey): void => void insertKey.run(rowOfKey(key)),
    keyByHash: (hash: Uint8Array): HashedKey | undefined => map(keyByHash.get(hash), keyOf),
    key: (realm: KeyRealm, id: string): HashedKey | undefined =>
      map(keyById.get({ ...paramsOf(realm), id }), keyOf),
    projectOfKey: (id: string): string | undefined => projectOfKey.get(id),
    /** Newest first, from below the id `before`. */
    keysBefore: (realm: KeyRealm, before: string, limit: number): HashedKey[] =>
      keysBefore.all({ ...paramsOf(realm), before, limit }).map(keyOf),
    /** Both or neither. */
    insertProjectWithKey: db.transaction((project: Project, key: HashedKey): void => {
      insertProject.run(rowOfProject(project));
      insertKey.run(rowOfKey(key));
    }),
    revokeKey: (id: string, nowMs: number): void => void revoke.run(nowMs, id),
    /** The successor of a key and the end of its predecessor: both or neither. */
    replaceKey: db.transaction((successor: HashedKey, oldId: string, oldExpiresMs: number): void => {
      insertKey.run(rowOfKey(successor));
      expire.run(oldExpiresMs, oldId);
    }),
  };
}

interface RealmParams {
  project_id: string;
  live: number;
  test: number;
}

function paramsOf({ projectId, livemode }: KeyRealm): RealmParams {
  return { project_id: projectId, live: livemode === false ? 0 : 1, test: livemode === true ? 1 : 0 };
}

function map<A, B>(value: A | undefined, convert: (value: A) => B): B | undefined {
  return value === undefined ? undefined : convert(value);
}

function projectOf(row: ProjectRow): Project {
  return {
    id: row.id,
    name: row.name,
    plan: row.plan,
    overrides: parseOverrides(JSON.parse(row.overrides)) as Overrides,
    createdMs: row.created_ms,
    suspendedMs: row.suspended_ms,
    paidUntilMs: row.paid_until_ms,
    retention: { resultsS: row.results_s, artifactsS: row.artifacts_s },
  };
}

function rowOfProject(project: Project): ProjectRow {
  return {
    id: project.id,
    name: project.name,
    plan: project.plan,
    overrides: JSON.stringify(formatOverrides(project.overrides)),
    created_ms: project.createdMs,
    suspended_ms: project.suspendedMs,
    paid_until_ms: project.paidUntilMs,
    results_s: project.retention.resultsS,
    artifacts_s: project.retention.artifactsS,
  };
}

function keyOf(row: KeyRow): HashedKey {
  return {
    id: row.id,
    projectId: row.project_id,
    hash: row.hash,
    livemode: row.livemode === 1,
    name: row.name,
    prefix: row.prefix,
    last4: row.last4,
    scopes: JSON.parse(row.scopes) as string[],
    ipAllowlist: JSON.parse(row.ip_allowlist) as string[],
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
    revokedMs: row.revoked_ms,
    lastUsedMs: row.last_used_ms,
  };
}

function rowOfKey(key: HashedKey): KeyRow {
  return {
    id: key.id,
    project_id: key.projectId,
    hash: Buffer.from(key.hash),
    prefix: key.prefix,
    last4: key.last4,
    name: key.name,
    livemode: key.livemode ? 1 : 0,
    scopes: JSON.stringify(key.scopes),
    ip_allowlist: JSON.stringify(key.ipAllowlist),
    created_ms: key.createdMs,
    expires_ms: key.expiresMs,
    revoked_ms: key.revokedMs,
    last_used_ms: key.lastUsedMs,
  };
}
