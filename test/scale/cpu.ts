import { readdirSync, readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100;

/** Seconds of processor time of a process and of those it started, so far; 0 where the system does not tell. */
export function cpuSeconds(pid: number): number {
  let ticks = 0;
  for (const each of processes()) {
    if (each.pid === pid) ticks += each.own + each.ended;
    else if (each.parent === pid) ticks += each.own;
  }
  return ticks / TICKS_A_SECOND;
}

function processes(): { pid: number; parent: number; own: number; ended: number }[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/u.test(name))
      .flatMap((name) => statOf(Number(name)) ?? []);
  } catch {
    return [];
  }
}

/** A process may end between the list and the look at it. */
function statOf(pid: number) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0, , , , , , , , , , user = 0, system = 0, childUser = 0, childSystem = 0] = fields;
    return { pid, parent, own: user + system, ended: childUser + childSystem };
  } catch {
    return undefined;
  }
}
