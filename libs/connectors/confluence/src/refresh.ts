import { AppError } from '@fumikura/errors';
import { splitDocumentId } from '@fumikura/model';
import type { DocumentId } from '@fumikura/model';
import type { Change } from '@fumikura/ports';
import { createReading } from './bodies.ts';
import type { Item } from './items.ts';
import { itemId } from './mapping.ts';
import type { Run } from './run.ts';
import { tell } from './tell.ts';

const IDS_AT_ONCE = 100;

/** Items as they are now. What is gone, hidden from us or not read by the configuration is removed. */
export async function* refresh(run: Run, ids: readonly DocumentId[]): AsyncGenerator<readonly Change[]> {
  const reading = createReading(run);
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const part = ids.slice(at, at + IDS_AT_ONCE);
    const changes = await tell(run, await itemsNow(run, part), reading);
    const told = new Set(changes.flatMap((change) => (change.kind === 'upsert' ? [change.document.id] : [])));
    yield [...changes, ...part.filter((id) => !told.has(id)).map((id): Change => ({ kind: 'remove', id }))];
  }
}

async function itemsNow({ api, config, signal }: Run, ids: readonly DocumentId[]): Promise<readonly Item[]> {
  const wanted = new Map<string, string[]>();
  for (const id of ids) {
    const split = splitDocumentId(id);
    const [kind = '', own = ''] = split?.externalId.split('/') ?? [];
    if (split?.source !== config.id) throw foreign(id);
    wanted.set(kind, [...(wanted.get(kind) ?? []), own]);
  }
  const found: Item[] = [];
  for (const [kind, own] of wanted)
    if (kind === 'page' || kind === 'blogpost') found.push(...(await api.contents(kind, own, true, signal)));
    else if (kind === 'attachment' || kind === 'comment')
      for (const id of own) found.push(...[await api.single(kind, id, signal)].flatMap((item) => item ?? []));
  return found.filter((item) => ids.includes(itemId(config, item)));
}

function foreign(id: DocumentId): AppError {
  return new AppError('INVALID_ARGUMENT', 'invalid-input', `${id} is of another source`, {
    publicMessage: `"${id}" does not belong to this source.`,
  });
}
