import type { DocumentId, SourceId } from '@fumikura/model';
import type { AccessFilter } from './access-filter.ts';

/** Why a document that the lists admit is not shown. */
export type LateRefusal = 'source-refused' | 'source-unconfirmed';

export interface LateResult {
  /** What is withheld; every other document may be shown. */
  readonly withheld: ReadonlyMap<DocumentId, LateRefusal>;
  /** Sources that did not confirm in time, or could not be asked. */
  readonly troubled: ReadonlyMap<SourceId, LateTrouble>;
}

export interface LateTrouble {
  readonly state: 'answered' | 'timed-out' | 'failed';
  /** For a person. */
  readonly reason: string;
}

/** Asks the sources whether a caller may read what they are about to be shown, where the lists alone are too old to be believed. */
export interface LateCheck {
  /** Takes at most its budget. Never rejects for what a source does: its documents are withheld. */
  check(
    documents: readonly { readonly id: DocumentId; readonly source: SourceId }[],
    access: AccessFilter,
    signal: AbortSignal,
  ): Promise<LateResult>;
}
