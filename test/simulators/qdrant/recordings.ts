import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { spelledOut } from './spelled-out.ts';

const FOLDER = new URL('../../../../shared/fixtures/qdrant/recorded/', import.meta.url);

export interface Exchange {
  readonly note?: string;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly raw_body?: string;
  readonly status: number;
  readonly response?: unknown;
  readonly response_text?: string;
  readonly unstable?: unknown;
}

export const hasRecordings = existsSync(FOLDER);

/** What a real server answered, by the name of the scenario. */
export function recordings(): { readonly name: string; readonly exchanges: readonly Exchange[] }[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({
      name: name.slice(0, -5),
      ...recording<{ exchanges?: readonly Exchange[] }>(name.slice(0, -5)),
    }))
    .flatMap(({ name, exchanges }) => (exchanges ? [{ name, exchanges: exchanges.map(spelledOut) }] : []));
}

export function recording<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as T;
}
