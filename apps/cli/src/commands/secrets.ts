import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { password } from '@clack/prompts';
import { Secret } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import { AppError, invalidInput } from '@fumikura/errors';
import {
  addKey,
  describeSealed,
  keepKeys,
  openSealed,
  readReference,
  referencesIn,
  sealFile,
} from '@fumikura/secrets';
import { recordChange } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { safe } from '../output.ts';
import { ownKeys, ringOf, sealedFile } from '../sealing.ts';
import { portable } from '../setup/entry.ts';

interface SecretState {
  readonly path: string;
  readonly kind: string;
  readonly where: string;
  readonly state: string;
  readonly isUsable: boolean;
}

/** Where each secret lies and whether it can be read; never the secret. */
export async function listSecrets(context: Context): Promise<void> {
  const config = await context.config();
  const states = [...statesOf(context, config), ...unused(config)];
  const { keys, file } = ringOf(config, context.variables);
  const kept = { ids: keys.map(({ id }) => id), ...(file !== undefined && { file }) };
  context.output.json({ secrets: states, keys: kept });
  context.output.table(
    ['secret', 'lies in', 'state'],
    states.map(({ path, kind, where, state }) => [safe(path), safe(`${kind} ${where}`), safe(state)]),
  );
  context.output.line(
    `Keys: ${kept.ids.join(', ') || 'none yet'}${file === undefined ? ' (environment)' : ` in ${file}`}`,
  );
  if (states.some(({ isUsable }) => !isUsable)) process.exitCode = EXIT_CODES.findings;
}

function statesOf({ variables }: Context, config: Config): SecretState[] {
  const newest = ringOf(config, variables).keys[0]?.id;
  return referencesIn(config.written ?? config).map(({ path, kind, where }) => {
    const named = { path, kind, where: Array.isArray(where) ? String(where[0]) : String(where) };
    try {
      readReference({ [kind]: where }, { folder: config.folder, variables });
      return {
        ...named,
        state: stateOf(kind, resolve(config.folder, String(where)), newest),
        isUsable: true,
      };
    } catch (error) {
      return { ...named, state: `CANNOT BE READ: ${(error as Error).message}`, isUsable: false };
    }
  });
}

function stateOf(kind: string, file: string, newest: string | undefined): string {
  if (kind === 'sealed') {
    const { key, at } = describeSealed(file);
    return `sealed ${at.slice(0, 10)} with ${key}${key === newest ? '' : ', an older key: fumi secrets rotate'}`;
  }
  const isOpen = kind === 'file' && process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
  return isOpen ? 'there, and others on this machine may read the file' : 'there';
}

function unused(config: Config): SecretState[] {
  const used = new Set(usedFiles(config));
  return sealedFiles(config)
    .filter((file) => !used.has(file))
    .map((file) => ({
      path: '(not used)',
      kind: 'sealed',
      where: portable(file, config.folder),
      state: 'fumi secrets remove takes it away',
      isUsable: true,
    }));
}

function sealedFiles({ dataFolder }: Config): string[] {
  const folder = join(dataFolder, 'secrets');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sealed'))
    .map((name) => join(folder, name));
}

function usedFiles(config: Config): string[] {
  return referencesIn(config.written ?? config)
    .filter(({ kind }) => kind === 'sealed')
    .map(({ where }) => resolve(config.folder, String(where)));
}

const NAME = /^[a-z0-9][a-z0-9._-]*$/u;

/** Seals what is typed or comes by standard input; prints how the configuration names it. */
export async function setSecret(context: Context, name: string): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'sources', 'cli secrets set');
  if (!NAME.test(name))
    throw invalidInput(
      'INVALID_ARGUMENT',
      'A name has lower-case letters, digits, dot, underscore and hyphen.',
    );
  const secret = await asked(context);
  await recordChange(context, config, { via: 'cli secrets set', object: `secret ${name}` });
  const file = sealedFile(config, name);
  sealFile(file, secret, ownKeys(config, context.variables));
  const sealed = portable(file, config.folder);
  context.output.json({ name, sealed });
  context.output.line(`Sealed. Name it in the configuration: { sealed: ${sealed} }`);
}

async function asked({ output }: Context): Promise<Secret> {
  const answer = output.isInteractive
    ? await password({ message: 'The secret' })
    : await readAll(process.stdin);
  const text = typeof answer === 'string' ? answer.replace(/\r?\n$/u, '') : '';
  if (text !== '') return new Secret(text);
  throw invalidInput('INVALID_ARGUMENT', 'There is no secret: type it, or give it by standard input.');
}

/**
 * A new key in front, everything sealed again with it, then the other keys are forgotten. Each step is durable before the next:
 * whenever it is broken off, every secret can be opened, and doing it again ends it.
 */
export async function rotateSecrets(context: Context): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'sources', 'cli secrets rotate');
  const before = ringOf(config, context.variables);
  const files = [...new Set([...sealedFiles(config), ...usedFiles(config)])];
  // All of them can be opened, or nothing is begun.
  const opened = files.map((file) => ({ file, secret: openedOr(file, () => openSealed(file, before)) }));
  await recordChange(context, config, {
    via: 'cli secrets rotate',
    object: `${files.length} sealed secrets`,
  });
  const ring = before.file === undefined ? before : addKey(before);
  for (const { file, secret } of opened) sealFile(file, secret, ring);
  const newest = ring.keys[0]?.id ?? '';
  if (ring.file !== undefined) keepKeys(ring, new Set([newest]));
  context.output.json({ sealed: files.length, key: newest });
  context.output.line(
    `${files.length} secrets sealed with ${newest}. Earlier keys open nothing here any more.`,
  );
  if (ring.file === undefined)
    context.output.note('The keys come from the environment: take the earlier ones out there.');
}

function openedOr(file: string, open: () => Secret): Secret {
  try {
    return open();
  } catch (error) {
    const message = `${file}: ${(error as Error).message}. Nothing was changed.`;
    throw new AppError('SECRET_UNREADABLE', 'config', message, { publicMessage: message });
  }
}

export async function removeSecret(context: Context, name: string): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'sources', 'cli secrets remove');
  const file = sealedFile(config, name);
  if (!NAME.test(name) || !existsSync(file))
    throw invalidInput(
      'INVALID_ARGUMENT',
      `There is no sealed secret "${name}". "fumi secrets list" shows them.`,
    );
  if (usedFiles(config).includes(file))
    throw invalidInput('INVALID_ARGUMENT', `The configuration still names "${name}".`);
  await recordChange(context, config, { via: 'cli secrets remove', object: `secret ${name}` });
  rmSync(file);
  context.output.json({ name, removed: true });
  context.output.line(`Removed ${name}.`);
}
