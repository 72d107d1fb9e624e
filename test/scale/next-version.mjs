// Loaded before everything else: the program as its next version may be, with one more step of the tables and one more
// field in what is stored of a document.
import { registerHooks } from 'node:module';

const CHANGES = {
  'stores/postgres/src/schema/migrations.ts': [
    /\];\s*$/u,
    `  { name: 'next-version', isAddition: true, sql: 'ALTER TABLE {schema}.document ADD COLUMN reviewed_at text' },
];`,
  ],
  'stores/postgres/src/catalog/document-rows.ts': [
    /^ {4}head,$/mu,
    "    head: { ...head, ofNextVersion: 'reviewed' } as StoredHead,",
  ],
};

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const [, change] = Object.entries(CHANGES).find(([file]) => url.endsWith(file)) ?? [];
    if (!change) return loaded;
    const source = loaded.source.toString();
    const changed = source.replace(...change);
    if (changed === source) throw new Error(`${url} is not what it was when its next version was thought of`);
    return { ...loaded, source: changed };
  },
});
