/**
 * What a server and its machine spent, read from Linux's /proc: CPU of a process tree, its resident memory, and
 * the busy time of all cores, which tells what others took meanwhile.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, the unit of times in /proc: 100 a second on every architecture that Node runs on. */
const TICK_MS = 10;

/** The process, its children and theirs. Threads belong to their process. */
export function processTree(pid: number): number[] {
  const pids = [pid];
  for (let i = 0; i < pids.length; i++) {
    const parent = pids[i] as number;
    for (const thread of readdirSync(`/proc/${parent}/task`)) {
      const children = readFileSync(`/proc/${parent}/task/${thread}/children`, 'utf8').trim();
      if (children !== '') pids.push(...children.split(' ').map(Number));
    }
  }
  return pids;
}

/** User and system time of all threads of the process, ended ones too, in milliseconds (steps of 10). */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything: fields are counted from its end. proc(5): utime is 14, stime 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The same of the threads that live now, in steps of a nanosecond: for what takes milliseconds. */
export function threadsCpuMs(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(nanoseconds) / 1e6;
  }, 0);
}

export function treeCpuMs(pid: number): number {
  return processTree(pid).reduce((sum, p) => sum + cpuMs(p), 0);
}

/** Resident memory of the process tree in bytes; pages that two processes share count twice. */
export function residentBytes(pid: number): number {
  return processTree(pid).reduce((sum, p) => {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${p}/status`, 'utf8'));
    return sum + Number(line?.[1] ?? 0) * 1024;
  }, 0);
}

/** Busy time of all cores together since boot in milliseconds. */
export function machineBusyMs(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}
