import type { DocumentId } from '@fumikura/model';
import type { VersionVectors } from '@fumikura/ports';
import { statusOf } from './failures.ts';
import { pointId } from './points.ts';
import { change } from './requests.ts';
import type { Target } from './writing.ts';

/** Points named in one request. */
const POINTS_AT_ONCE = 200;

/** @returns the documents whose chunks were all there; of the others some may have been written */
export async function putVectors(
  target: Target,
  documents: readonly VersionVectors[],
): Promise<ReadonlySet<DocumentId>> {
  const put = new Set<DocumentId>();
  for (const part of inParts(documents)) {
    if (await isWritten(target, part)) for (const { documentId } of part) put.add(documentId);
    // One that is gone makes the request fail: the others are asked for by themselves.
    else if (part.length > 1)
      for (const each of part) if (await isWritten(target, [each])) put.add(each.documentId);
  }
  return put;
}

async function isWritten(target: Target, documents: readonly VersionVectors[]): Promise<boolean> {
  const slots = documents.flatMap(({ documentId, version, vectors }) =>
    vectors.map((vector, slot) => ({ id: pointId(documentId, version, slot), vector })),
  );
  const points = slots.flatMap(({ id, vector }) =>
    vector ? [{ id, vector: { dense: Array.from(vector) } }] : [],
  );
  const without = slots.flatMap(({ id, vector }) => (vector ? [] : [id]));
  try {
    if (without.length > 0) await change(target, '/vectors/delete', { points: without, vector: ['dense'] });
    if (points.length > 0) await change(target, '/vectors', { points }, 'PUT');
    return true;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    return false;
  }
}

/** Whole documents, until they have so many chunks together. */
function inParts(documents: readonly VersionVectors[]): VersionVectors[][] {
  const parts: VersionVectors[][] = [];
  let size = Infinity;
  for (const each of documents) {
    if (size + each.vectors.length > POINTS_AT_ONCE) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(each);
    size += each.vectors.length;
  }
  return parts;
}
