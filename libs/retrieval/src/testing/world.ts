import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Document, Principal, SourceId } from '@fumikura/model';
import type { AccessFilter, DocumentWrite, Store } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { filterFor } from '@fumikura/testkit';

export interface Facts extends Partial<Omit<Document, 'id' | 'acl'>> {
  /** One text a chunk. */
  readonly parts?: readonly string[];
  /** List of readers; `all` unless said. */
  readonly readers?: 'all' | 'few';
}

/** A store with two lists of readers: `all` is anyone, `few` is one person. */
export interface World {
  readonly store: Store;
  write(documents: Readonly<Record<string, Facts>>): Promise<void>;
  as(...principals: Principal[]): Promise<AccessFilter>;
  close(): Promise<void>;
}

export const FEW: Principal = 'user:x:1';

export async function openWorld(source: SourceId = 'wiki:t'): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-world-'));
  const store = await createSqliteStore({ file: join(folder, 'w.db'), inline: true });
  const readAt = '2026-01-01T00:00:00Z';
  const lists = [
    { id: 'all', members: ['anyone' as const], readAt },
    { id: 'few', members: [FEW], readAt },
  ];
  let made = 0;
  const writeOf = (name: string, { parts, readers = 'all', ...facts }: Facts): DocumentWrite => {
    const of = facts.source ?? source;
    const texts = parts ?? [facts.text ?? name];
    const text = texts.join('\n');
    let at = 0;
    const chunks = texts.map((part, ordinal) => {
      const start = at;
      at += part.length + 1;
      return { ordinal, start, end: start + part.length, headingPath: [] };
    });
    made++;
    return {
      // Far from each other, so that nothing is taken for a copy.
      similarity: (BigInt(made) * 0x9e3779b97f4a7c15n).toString(16).slice(-16).padStart(16, '0'),
      chunks,
      document: {
        externalId: name,
        kind: 'page',
        url: `https://x/${name}`,
        title: name,
        version: String(made),
        language: 'en',
        outline: [],
        contentHash: String(made),
        notices: [],
        ...facts,
        text,
        source: of,
        id: `${of}/${name}`,
        acl: { allow: [readers] },
      },
    };
  };
  return {
    store,
    write: async (documents) => {
      const writes = Object.entries(documents).map(([name, facts]) => writeOf(name, facts));
      for (const [of, upserts] of Map.groupBy(writes, (write) => write.document.source))
        await store.commit({ source: of, lists, upserts });
    },
    as: (...principals) => filterFor(store.catalog, ...principals),
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
