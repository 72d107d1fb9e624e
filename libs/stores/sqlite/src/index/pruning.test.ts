import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LEXICAL_WEIGHTS } from '@fumikura/ports';
import { FINGERPRINT, referenceRanking, seeded, testAccess, testDocument, vectorOf } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { temporaryPlace } from '../testing/place.ts';

const signal = new AbortController().signal;
const random = seeded(11);

/** A few rare words that decide, beside frequent ones that nearly every chunk has. */
function text(): string {
  const frequent = Array.from({ length: 30 }, () => `often${Math.floor(random() ** 2 * 20)}`);
  const middle = Array.from({ length: 3 }, () => `middle${Math.floor(random() * 12)}`);
  const rare = random() < 0.05 ? [`rare${Math.floor(random() * 5)}`] : [];
  return [...frequent, ...middle, ...rare, ...rare].join(' ');
}

function question(): string {
  const words = Array.from({ length: 5 }, () => `often${Math.floor(random() * 20)}`);
  for (let n = Math.floor(random() * 5); n >= 0; n--) words.push(`middle${Math.floor(random() * 12)}`);
  return words.join(' ');
}

describe('a search that stops looking at documents which cannot win', () => {
  it('finds the best with the scores of the definition, and required documents with theirs', async () => {
    const place = await temporaryPlace({ inline: true });
    const store = await place.open();
    await store.index.useFingerprint(FINGERPRINT);
    const documents = Array.from({ length: 1_500 }, (_, at) => {
      const document = testDocument(`d${at}`, [text(), text()], 1 + (at % 3));
      const chunks = document.chunks.map((chunk) => ({ ...chunk, vector: vectorOf(seeded(at)) }));
      return { ...document, chunks };
    });
    await store.index.write({ upserts: documents });
    const questions = Array.from({ length: 20 }, question);
    for (const query of ['rare1 often0 often1 often2', 'rare0 rare3 often0 often0 often5', ...questions]) {
      const expected = referenceRanking(documents, query, LEXICAL_WEIGHTS, ({ aclId }) => aclId !== 2);
      const ranked = [...expected].sort((a, b) => b[1] - a[1]);
      const dense = { vector: vectorOf(seeded(7)), fingerprint: FINGERPRINT };
      const request = { lexical: { query: analyseQuery(query) }, dense, candidates: 10 };
      const { candidates } = await store.index.search(request, testAccess([1, 3]), signal);
      const last = ranked[9]?.[1] ?? 0;
      const best = candidates.filter(({ lexical }) => lexical > last + 1e-3);
      assert.equal(best.length, ranked.filter(([, score]) => score > last + 1e-3).length, query);
      assert.ok(candidates.length >= 15, 'the vectors bring others');
      for (const { documentId, lexical } of candidates)
        assert.ok(
          Math.abs(lexical - (expected.get(documentId) ?? 0)) < 1e-3,
          `${query}: ${documentId} has ${lexical} instead of ${expected.get(documentId)}`,
        );
    }
    await store.close();
    await place.remove();
  });
});
