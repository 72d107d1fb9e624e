import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SIGNING_SECRET } from '../simulators/slack/deliveries.ts';
import type { BotJob } from './bot-process.ts';
import type { Mode } from './setting.ts';

const BOT = fileURLToPath(new URL('bot-process.ts', import.meta.url));
const BARE = fileURLToPath(new URL('bare-server.ts', import.meta.url));

export interface BotProcess {
  /** Where it takes deliveries over HTTP. */
  readonly url: string;
  /** By which the simulated Slack tells it from others, in socket mode. */
  readonly appToken: string;
  /** Resolves when it is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

export interface StartOptions extends Omit<BotJob, 'connection'> {
  readonly mode: Mode;
  readonly appToken: string;
}

/** Takes deliveries when it resolves. */
export async function startBotProcess({ mode, appToken, ...job }: StartOptions): Promise<BotProcess> {
  const connection: BotJob['connection'] =
    mode === 'socket'
      ? { kind: 'socket', appToken }
      : { kind: 'http', signingSecret: SIGNING_SECRET, host: '127.0.0.1', port: 0 };
  const started = await startListening(BOT, JSON.stringify({ ...job, connection }));
  return { ...started, appToken };
}

/** What the same deliveries take where nothing is done with them. */
export async function startBareServer(): Promise<Omit<BotProcess, 'appToken'>> {
  return startListening(BARE);
}

async function startListening(...args: readonly string[]): Promise<Omit<BotProcess, 'appToken'>> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  const first = createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const ready = await Promise.race([first, gone.then(() => undefined)]);
  if (!ready || ready.done) throw new Error('the process ended before it took anything');
  const { url = '' } = JSON.parse(ready.value) as { url?: string };
  return {
    url,
    kill: async (signal) => {
      child.kill(signal);
      await gone;
    },
  };
}
