/**
 * Counts of scans and requests. What is counted waits in memory and goes to disk in one commit for all projects; counts on
 * disk only ever grow by what waited, so that several processes may count side by side.
 */
import type { Database } from '../storage/database.js';

/** A project's live or its test side, which are counted apart. */
export interface Side {
  projectId: string;
  livemode: boolean;
}

/** What one side counted since the last commit. */
export class Pending {
  /** By day, `2026-11-24`. */
  readonly scans = new Map<string, number>();
  /** By month and endpoint, `2026-11 detect`. */
  readonly requests = new Map<string, number>();

  addScans(day: string, scans: number): void {
    if (scans > 0) this.scans.set(day, (this.scans.get(day) ?? 0) + scans);
  }

  addRequest(month: string, endpoint: string): void {
    const key = `${month} ${endpoint}`;
    this.requests.set(key, (this.requests.get(key) ?? 0) + 1);
  }

  isEmpty(): boolean {
    return this.scans.size === 0 && this.requests.size === 0;
  }

  clear(): void {
    this.scans.clear();
    this.requests.clear();
  }
}

export type UsageStore = ReturnType<typeof createUsageStore>;

export function createUsageStore(db: Database) {
  const addScans = db.prepare<[string, number, string, number]>(
    `INSERT INTO usage_scans (project_id, livemode, day, scans) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET scans = scans + excluded.scans`,
  );
  const addRequests = db.prepare<[string, number, string, string, number]>(
    `INSERT INTO usage_requests (project_id, livemode, month, endpoint, requests) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET requests = requests + excluded.requests`,
  );
  const touchKey = db.prepare<[number, string]>(
    'UPDATE keys SET last_used_ms = max(ifnull(last_used_ms, 0), ?) WHERE id = ?',
  );
  const scansOfMonth = db.prepare<[string, number, string], { day: string; scans: number }>(
    'SELECT day, scans FROM usage_scans WHERE project_id = ? AND livemode = ? AND substr(day, 1, 7) = ? ORDER BY day',
  );
  const requestsOfMonth = db.prepare<[string, number, string], { endpoint: string; requests: number }>(
    'SELECT endpoint, requests FROM usage_requests WHERE project_id = ? AND livemode = ? AND month = ? ORDER BY endpoint',
  );

  return {
    /** All or nothing: where it throws, everything still waits. */
    commit: db.transaction(
      (counts: Iterable<[Side, Pending]>, keysUsed: Iterable<[string, number]>): void => {
        for (const [side, pending] of counts) {
          const mode = side.livemode ? 1 : 0;
          for (const [day, scans] of pending.scans) addScans.run(side.projectId, mode, day, scans);
          for (const [key, requests] of pending.requests) {
            const [month = '', endpoint = ''] = key.split(' ');
            addRequests.run(side.projectId, mode, month, endpoint, requests);
          }
        }
        for (const [keyId, usedMs] of keysUsed) touchKey.run(usedMs, keyId);
      },
    ).immediate,
    scansByDay: ({ projectId, livemode }: Side, month: string) =>
      scansOfMonth.all(projectId, livemode ? 1 : 0, month),
    requestsByEndpoint: ({ projectId, livemode }: Side, month: string) =>
      requestsOfMonth.all(projectId, livemode ? 1 : 0, month),
  };
}
