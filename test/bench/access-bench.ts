import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { grantAccess } from '@fumikura/ports/grant';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { analyseQuery } from '@fumikura/text';
import { seeded } from './corpus.ts';

const DOCUMENTS = 5_000;
const ACLS = 200;
const CALLERS = 200;
const WORD = 'common';

/**
 * Every caller asks for everything; every document is compared with what the caller's acl_ids admit. 200 callers ×
 * 5,000 documents are 1,000,000 checks; a document that is missing for an authorised caller counts too.
 */
export async function accessBench(note: (text: string) => void): Promise<Figure[]> {
  note(`access: ${CALLERS * DOCUMENTS} checks`);
  const folder = await mkdtemp(join(tmpdir(), 'fumi-access-'));
  const store = await createSqliteStore({ file: join(folder, 'access.db'), inline: true });
  const random = seeded(11);
  const aclOf = Array.from({ length: DOCUMENTS }, () => 1 + Math.floor(random() * ACLS));
  await store.index.write({
    upserts: aclOf.map((aclId, index) => ({
      documentId: `bench:access/${index}`,
      aclId,
      title: `Document ${index}`,
      breadcrumbs: [],
      source: 'bench:access' as const,
      kind: 'page',
      language: 'en',
      authors: [],
      labels: [],
      chunks: [{ ordinal: 0, headingPath: [], text: `${WORD} words of document number ${index}` }],
    })),
  });
  let leaked = 0;
  let missing = 0;
  for (let caller = 0; caller < CALLERS; caller++) {
    const allowed = new Set(Array.from({ length: ACLS }, (_, id) => id + 1).filter(() => random() < 0.3));
    const access = grantAccess({
      caller: `${caller}`,
      principals: [],
      aclIds: Uint32Array.from(allowed),
      version: '1',
      hash: `caller${caller}`,
    });
    const answer = await store.index.search(
      { lexical: { query: analyseQuery(WORD) }, candidates: DOCUMENTS },
      access,
      AbortSignal.timeout(60_000),
    );
    const shown = new Set(
      answer.candidates.map(({ documentId }) => Number(documentId.slice('bench:access/'.length))),
    );
    for (const [index, aclId] of aclOf.entries()) {
      if (shown.has(index) && !allowed.has(aclId)) leaked++;
      if (!shown.has(index) && allowed.has(aclId)) missing++;
    }
  }
  await store.close();
  await rm(folder, { recursive: true });
  return [
    figure('access.checks', CALLERS * DOCUMENTS, 'checks', 'higher', 1_000_000),
    figure('access.unauthorised', leaked, 'hits', 'lower', 0),
    figure('access.missing', missing, 'hits', 'lower', 0),
  ];
}
