import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AppError } from '@fumikura/errors';
import type { Context } from '../context.ts';

/** What the company says of itself, as the configuration names things; secrets are files beside it. */
export interface Introduction {
  readonly name: string;
  readonly about: string;
  /** File name → content. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly sources: readonly { readonly id: string }[];
  readonly persons: readonly Asker[];
  readonly questions: readonly string[];
}

export interface Asker {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly email?: string;
  readonly accounts: readonly string[];
}

/** The invented company's systems, served by a process of its own. */
export interface Company {
  readonly introduction: Introduction;
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
}

/** @throws AppError CONFIG_NOT_FOUND (config) when the program is not there, SOURCE_UNAVAILABLE (transient) when it ends */
export async function startCompany({ signal, logger }: Pick<Context, 'signal' | 'logger'>): Promise<Company> {
  const child = spawn(process.execPath, [companyProgram()], { stdio: ['pipe', 'pipe', 'pipe'] });
  logger.debug('demo.company.started', { pid: child.pid });
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  let complaint = '';
  child.stderr.on('data', (part: Buffer) => (complaint = `${complaint}${part.toString()}`.slice(-4_000)));
  // It ends when its standard input does, also when this process is killed.
  child.stdin.on('error', () => undefined);
  const stop = () => {
    child.stdin.end();
    child.kill('SIGTERM');
    return gone;
  };
  const lines = createInterface(child.stdout);
  const introduced = new Promise<Introduction | undefined>((resolve) => {
    lines.once('line', (line) => resolve(JSON.parse(line) as Introduction));
    void gone.then(() => resolve(undefined));
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const introduction = await introduced;
  if (introduction) return { introduction, stop };
  await stop();
  signal.throwIfAborted();
  throw new AppError('SOURCE_UNAVAILABLE', 'transient', `the company ended: ${complaint}`, {
    publicMessage: 'The simulated company of the demonstration could not be started.',
  });
}

/** In a checkout the program itself, in an installation what was built of it. */
function companyProgram(): string {
  const isSource = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(
    new URL(
      isSource ? '../../../../test/simulators/company/serve.ts' : './demo-company.mjs',
      import.meta.url,
    ),
  );
  if (existsSync(file)) return file;
  throw new AppError('CONFIG_NOT_FOUND', 'config', `${file} is missing`, {
    publicMessage: 'The invented company is not part of this installation.',
  });
}
