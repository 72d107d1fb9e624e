import { rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { Secret } from '@fumikura/config';
import type { Config, SourceConfig } from '@fumikura/config';
import { invalidInput } from '@fumikura/errors';
import type { SetupField, SourceSetup } from '@fumikura/ports';
import { sealFile } from '@fumikura/secrets';
import type { Variables } from '@fumikura/secrets';
import { ownKeys, sealedFile } from '../sealing.ts';
import { flagOf, isAsked, TYPED } from './answers.ts';
import type { Answers } from './answers.ts';

/** Where a secret lies, as the configuration says it. */
type SecretPlace = { readonly env: string } | { readonly file: string } | { readonly sealed: string };

/** A source as it will stand in the configuration, and the secrets that were stored for it. */
export interface NewSource {
  readonly source: SourceConfig;
  /** Takes back what was stored, when the source is not added after all. */
  discard(): Promise<void>;
}

/** Puts the answers into the shape of the configuration. Secrets that were typed are sealed into files of their own. */
export async function entryOf(
  id: string,
  setup: SourceSetup,
  answers: Answers,
  config: Config,
  variables: Variables,
): Promise<NewSource> {
  const source: Record<string, unknown> = { id };
  const stored: string[] = [];
  for (const field of setup.fields) {
    const answer = answers.get(field.path);
    if (answer === undefined || !isAsked(field, answers) || field.isChoiceOnly || answer === field.default)
      continue;
    put(source, field.path, await valueOf(field, answer, { id, config, variables, stored }));
  }
  const discard = async () => void (await Promise.all(stored.map((file) => rm(file, { force: true }))));
  return { source: source as SourceConfig, discard };
}

interface Place {
  readonly id: string;
  readonly config: Config;
  readonly variables: Variables;
  readonly stored: string[];
}

async function valueOf(field: SetupField, answer: string, place: Place): Promise<unknown> {
  const { config } = place;
  if (field.kind === 'list')
    return answer
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean);
  if (field.kind === 'file') return { file: portable(resolve(answer), config.folder) };
  return field.kind === 'secret' ? secretOf(field, answer, place) : answer;
}

/** `env:NAME` and `file:PATH` name a place; what was typed or comes from standard input is stored. */
async function secretOf(field: SetupField, answer: string, place: Place): Promise<SecretPlace> {
  const named = /^(?<where>env|file):(?<name>.+)$/su.exec(answer)?.groups;
  if (named?.['where'] === 'env') return { env: named['name'] ?? '' };
  if (named?.['where'] === 'file')
    return { file: portable(resolve(named['name'] ?? ''), place.config.folder) };
  return {
    sealed: store(field, answer === '-' ? await fromStdin(field) : answer.slice(TYPED.length), place),
  };
}

async function fromStdin(field: SetupField): Promise<string> {
  const secret = (await readAll(process.stdin)).trim();
  if (secret !== '') return secret;
  throw invalidInput('INVALID_ARGUMENT', `${flagOf(field)}: standard input holds no secret.`);
}

/** Encrypted beside the database; the key lies elsewhere. */
function store({ path }: SetupField, secret: string, { id, config, variables, stored }: Place): string {
  const file = sealedFile(config, `${id.replace(':', '-')}-${path}`);
  sealFile(file, new Secret(secret), ownKeys(config, variables));
  stored.push(file);
  return portable(file, config.folder);
}

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = (target[first] ??= {}) as Record<string, unknown>;
  put(inner, rest.join('.'), value);
}

/** Relative inside the configuration's folder, so that the whole can be moved; absolute elsewhere. */
export function portable(path: string, folder: string): string {
  const inside = relative(folder, path);
  return inside.startsWith('..') || inside === path ? path : `./${inside}`;
}
