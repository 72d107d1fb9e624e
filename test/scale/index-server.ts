import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const STAND_IN = fileURLToPath(new URL('index-process.ts', import.meta.url));

/** A real server where FUMI_TEST_QDRANT_URL names one; the stand-in in a process of its own otherwise. */
export async function startIndex(): Promise<{
  readonly url: string;
  readonly name: string;
  readonly isReal: boolean;
  /** Of the stand-in; 0 for a server elsewhere. */
  readonly pid: number;
  close(): Promise<void>;
}> {
  const real = process.env['FUMI_TEST_QDRANT_URL'];
  const name = `scale_${randomUUID().slice(0, 8)}`;
  if (real !== undefined && real !== '')
    return { url: real, name, isReal: true, pid: 0, close: () => Promise.resolve() };
  const child = spawn(process.execPath, [STAND_IN], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    url,
    name,
    isReal: false,
    pid: child.pid ?? 0,
    close: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
