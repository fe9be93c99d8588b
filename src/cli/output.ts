import { UsageError } from './io.js';

/** Columns as wide as their widest cell, two blanks apart. */
export function columns(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** Unix milliseconds of an ISO 8601 date, or date and time with its zone. Throws UsageError. */
export function timeOf(given: string, option: string): number {
  const iso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(given);
  const ms = iso ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(ms)) throw new UsageError(`${option} takes 2027-01-31 or 2027-01-31T12:00:00Z`);
  return ms;
}
