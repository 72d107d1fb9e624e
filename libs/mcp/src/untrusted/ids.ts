import type { DocumentId } from '@fumikura/model';
import { documentAddress } from '../resources/address.ts';
import { cleanLine } from './clean.ts';

/**
 * An id is a name that a source chose, a file's for example, and has to come back as it was: one with anything to hide is
 * shown as an address, in which everything is written out.
 */
export function shownId(id: DocumentId): string {
  return cleanLine(id, Number.MAX_SAFE_INTEGER) === id ? id : documentAddress.addressOf(id);
}

/** The id that is meant by what `shownId` gave, or by an id as it is. */
export function meantId(given: string): DocumentId {
  if (!given.startsWith('fumi://doc/')) return given;
  try {
    return documentAddress.idOf(given);
  } catch {
    // No address of ours: then it is asked for as it is, and not found.
    return given;
  }
}
