import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Nobody's user id on most systems; a test that runs as root has to give its rights up to be refused anything. */
const NOBODY = 65_534;

export type Child = ChildProcessByStdio<null, Readable, null>;

/** Starts one of the scripts of this folder in a process of its own. */
export function startScript(name: string, args: readonly string[], { asNobody = false } = {}): Child {
  const isRoot = process.getuid?.() === 0;
  return spawn(process.execPath, [fileURLToPath(new URL(name, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(asNobody && isRoot && { uid: NOBODY, gid: NOBODY }),
  });
}

/** Lines of its output, whole ones only. */
export function linesOf(child: Child): AsyncIterable<string> {
  return createInterface({ input: child.stdout });
}

/** All of its output, once it has ended. */
export async function outputOf(child: Child): Promise<string> {
  let output = '';
  for await (const part of child.stdout) output += String(part);
  return output;
}

export function ended(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
