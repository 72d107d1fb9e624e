import { join } from 'node:path';
import { createAccess, createLinkedDirectory, createLocalDirectory, LOCAL_ISSUER } from '@fumikura/access';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import type { AllowList, Principal, SourceAccount, SourceId } from '@fumikura/model';
import { readGrant } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import { documentWrite } from '@fumikura/testkit';
import { seeded } from './corpus.ts';
import { percentiles } from './measure.ts';

const SOURCE: SourceId = 'confluence:bench';
const LISTS = 20_000;
const ACLS = 100_000;
const GROUPS = 20_000;
/** Groups of one person; with the account itself, "signed in" and the local ones a few more principals. */
const GROUPS_OF_PERSON = 2_000;
const MEMBERS_OF_LIST = 8;
const PERSONS = 24;
const READ_AT = '2026-01-15T09:00:00.000Z';
const BATCH = 5_000;
const CACHED_CALLS = 2_000;
const CHANGES = 100;

/**
 * Filters of persons with 2,000 principals over 100,000 distinct ACLs made of 20,000 lists, in the store's threads as a
 * server has them: of a new person, of one who just asked, and of one who asks after the members of one list changed.
 */
export async function filterBench(folder: string, note: (text: string) => void): Promise<Figure[]> {
  note(`filter: ${ACLS} ACLs of ${LISTS} lists`);
  const file = join(folder, 'filter.db');
  await fill(file);
  const store = await createSqliteStore({ file });
  const persons = Array.from({ length: PERSONS }, (_, at) => ({ id: `p${at}`, accounts: [accountOf(at)] }));
  const local = createLocalDirectory(
    persons.map(({ id }) => id),
    [],
    '1',
  );
  const access = createAccess(store.catalog, createLinkedDirectory(local, store.catalog, persons));
  const ask = async (at: number) => {
    const started = performance.now();
    const filter = await access.filterFor({ issuer: LOCAL_ISSUER, subject: `p${at}` });
    return { filter, ms: performance.now() - started };
  };
  const first = await ask(0);
  const cold: number[] = [];
  for (let at = 1; at < PERSONS; at++) cold.push((await ask(at)).ms);
  const cached: number[] = [];
  for (let call = 0; call < CACHED_CALLS; call++) cached.push((await ask(PERSONS - 1)).ms);
  const changed = await afterChanges(store, () => ask(PERSONS - 1));
  const grant = readGrant(first.filter);
  note(`filter: ${grant?.principals.length} principals, ${grant?.aclIds.length} ACLs readable`);
  await store.close();
  return [
    figure('access.filter.first', first.ms, 'ms', 'lower'),
    figure('access.filter.cold', percentiles(cold).p50, 'ms', 'lower', 30),
    figure('access.filter.cold.p95', percentiles(cold).p95, 'ms', 'lower'),
    figure('access.filter.cached', percentiles(cached).p50, 'ms', 'lower', 0.05),
    figure('access.filter.afterListChange', percentiles(changed).p50, 'ms', 'lower', 1),
    figure('access.filter.afterListChange.p95', percentiles(changed).p95, 'ms', 'lower'),
  ];
}

/** Every other change gives the person a list or takes one away, so that ACLs open and close. */
async function afterChanges(
  store: SqliteStore,
  ask: () => Promise<{ readonly ms: number }>,
): Promise<number[]> {
  const found: number[] = [];
  for (let at = 0; at < CHANGES; at++) {
    const members: Principal[] = [groupOf(1), ...(at % 2 === 0 ? [accountOf(PERSONS - 1)] : [])];
    await store.catalog.putLists([{ id: `list${at >> 1}`, members, readAt: READ_AT }]);
    found.push((await ask()).ms);
  }
  return found;
}

async function fill(file: string): Promise<void> {
  const random = seeded(23);
  const pick = (below: number) => Math.floor(random() * below);
  const store = await createSqliteStore({ file, inline: true });
  const lists = Array.from({ length: LISTS }, (_, at): AllowList => {
    const members = Array.from({ length: MEMBERS_OF_LIST }, () => groupOf(pick(GROUPS)));
    return { id: `list${at}`, members: [...new Set(members)], readAt: READ_AT };
  });
  await store.commit({ source: SOURCE, lists });
  await directory(store, pick);
  const keys = new Set<string>();
  while (keys.size < ACLS) {
    const allow = Array.from({ length: 1 + pick(3) }, () => `list${pick(LISTS)}`);
    keys.add(JSON.stringify([...new Set(allow)].sort()));
  }
  const writes = [...keys].map((key, at) =>
    documentWrite(`${SOURCE}/d${at}`, { allow: JSON.parse(key) as string[] }, { parts: [] }),
  );
  for (let at = 0; at < ACLS; at += BATCH)
    await store.commit({ source: SOURCE, upserts: writes.slice(at, at + BATCH) });
  await store.close();
}

async function directory(store: SqliteStore, pick: (below: number) => number): Promise<void> {
  const members = new Map<Principal, Principal[]>();
  for (let at = 0; at < PERSONS; at++)
    for (let count = 0; count < GROUPS_OF_PERSON; count++) {
      const group = groupOf(pick(GROUPS));
      members.set(group, [...(members.get(group) ?? []), accountOf(at)]);
    }
  const accounts = Array.from({ length: PERSONS }, (_, at): SourceAccount => {
    return { principal: accountOf(at), isActive: true, isPerson: true };
  });
  const groups = [...members].map(([principal, held]) => ({ principal, members: [...new Set(held)] }));
  await store.catalog.stageDirectory(SOURCE, 'run', { accounts, groups });
  await store.catalog.completeDirectory(SOURCE, 'run');
}

function groupOf(at: number): Principal {
  return `group:${SOURCE}:g${at}`;
}

function accountOf(at: number): Principal {
  return `user:${SOURCE}:a${at}`;
}
