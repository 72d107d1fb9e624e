import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';

const PROGRAM = fileURLToPath(new URL('../../apps/server/bench/token-check.ts', import.meta.url));

/** Apps are not imported here: the bench of the server's own part runs in a process of its own. */
export async function tokenBench(note: (text: string) => void): Promise<Figure[]> {
  note('token: 1000 signed tokens');
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM]);
  const { coldMs, cachedMs } = JSON.parse(stdout) as { coldMs: number; cachedMs: number };
  return [
    figure('auth.token.cold', coldMs, 'ms', 'lower', 0.15),
    figure('auth.token.cached', cachedMs, 'ms', 'lower', 0.01),
  ];
}
