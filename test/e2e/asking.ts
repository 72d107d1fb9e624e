import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '@fumikura/testkit';
import { createSession } from '../scale/mcp-session.ts';
import type { ToolAnswer } from '../scale/mcp-session.ts';
import { freePort } from '../scale/processes.ts';
import type { Home } from './fumi.ts';

const PATIENCE_MS = 180_000;
const PAUSE_MS = 150;
const LEAST_ASKED = 10;

export interface Asking {
  /** Stops asking. Fails when any answer was not the right one. */
  end(): Promise<void>;
  kill(): Promise<void>;
}

/** A server that is asked all the time, as long as the rest goes on. @param args before its command */
export async function askOn(
  home: Home,
  words: string,
  expected: string,
  args: readonly string[] = [],
): Promise<Asking> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = home.start([...args, 'server', '--port', String(port)]);
  const kill = async () => {
    running.process.kill('SIGKILL');
    await running.ended;
  };
  try {
    await until(async () => (await fetch(`${url}/health/ready`)).ok);
    const session = createSession(`${url}/mcp`, '', PATIENCE_MS);
    await session.begin();
    const wrong: ToolAnswer[] = [];
    const stop = new AbortController();
    let asked = 0;
    const loop = (async () => {
      while (!stop.signal.aborted || asked < LEAST_ASKED) {
        // Never the same question: none is answered from memory.
        const answer = await session.call('search_knowledge', { query: `${words} ${asked++}` });
        if (answer.structuredContent?.results[0]?.id !== expected) wrong.push(answer);
        await wait(PAUSE_MS);
      }
    })();
    loop.catch(() => undefined); // heard of at the end
    return {
      kill,
      end: async () => {
        stop.abort();
        await loop;
        session.close();
        assert.deepEqual(wrong, []);
      },
    };
  } catch (error) {
    await kill();
    throw error;
  }
}
