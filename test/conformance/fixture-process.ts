import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const server = fileURLToPath(new URL('../../apps/server/conformance/fixture-server.ts', import.meta.url));

/** The product's HTTP application with the suite's fixtures, as a process of its own. */
export async function startFixtures(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [server], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the fixture server ended with ${code}`);
  });
  // It also ends when we stop it; then nobody waits for this any more.
  ended.catch(() => undefined);
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  const { url } = JSON.parse(String(line)) as { url: string };
  return {
    url,
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
