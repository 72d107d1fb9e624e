import assert from 'node:assert/strict';
import type { Change, Connector } from '@fumikura/ports';
import { ID } from './github-world.ts';

const signal = new AbortController().signal;

export async function collect<T>(all: AsyncIterable<T> | undefined): Promise<T[]> {
  const found: T[] = [];
  for await (const each of all ?? []) found.push(each);
  return found;
}

/** Everything a pass tells, and where it came to. */
export async function pulled(connector: Connector, from?: Parameters<Connector['pull']>[0]) {
  const batches = await collect(connector.pull(from, signal));
  const changes = batches.flatMap((batch) => batch.changes);
  return { batches, changes, checkpoint: batches.at(-1)?.checkpoint ?? from };
}

export function upserts(changes: readonly Change[]) {
  return new Map(
    changes.flatMap((change) =>
      change.kind === 'upsert' ? [[change.document.externalId, change.document] as const] : [],
    ),
  );
}

export function removals(changes: readonly Change[]): string[] {
  return changes.flatMap((change) => (change.kind === 'remove' ? [change.id.slice(ID.length + 1)] : []));
}

export async function textOf(changes: readonly Change[], externalId: string): Promise<string> {
  const { body } = upserts(changes).get(externalId) ?? assert.fail(`${externalId} was not told`);
  return body.type === 'content'
    ? new TextDecoder().decode(await body.read(signal))
    : assert.fail('no content');
}
