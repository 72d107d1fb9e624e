import { AppError, toAppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import { readGrant } from '@fumikura/ports';
import type {
  AccessFilter,
  AccessGrant,
  ConfirmedOf,
  Matching,
  MatchRequest,
  SearchAnswer,
  SearchRequest,
} from '@fumikura/ports';
import { checkVector, requireFingerprint } from './check-vectors.ts';
import type { Call } from './client.ts';
import { Versions } from './hits.ts';
import type { LiveAlias } from './live.ts';
import { matchingDocuments } from './matching.ts';
import { rarityOf } from './rarity.ts';
import { searchPoints } from './search.ts';
import type { Turns } from './turns.ts';

/** What an index is asked, by whom; none of it waits for writes. */
export class Questions {
  readonly #call: Call;
  readonly #live: LiveAlias;
  readonly #turns: Turns;

  constructor(call: Call, live: LiveAlias, turns: Turns) {
    this.#call = call;
    this.#live = live;
    this.#turns = turns;
  }

  /** @param confirmed absent where versions are nobody's but the index's own */
  async search(
    request: SearchRequest,
    access: AccessFilter,
    confirmed: ConfirmedOf | undefined,
    signal: AbortSignal,
  ): Promise<SearchAnswer> {
    this.#turns.requireOpen();
    if (signal.aborted) throw toAppError(new DOMException('aborted', 'AbortError'));
    const grant = granted(access);
    const { name, shape } = await this.#live.current();
    if (request.dense) checkAsked(request.dense, shape.fingerprint);
    const isWithVectors = request.dense !== undefined && shape.fingerprint !== undefined;
    const { dense: _, ...words } = request;
    const asked = isWithVectors ? request : words;
    const candidates = await searchPoints(this.#call, name, asked, grant, confirmed, signal);
    return { candidates, indexVersion: this.#turns.last };
  }

  async rarity(terms: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    this.#turns.requireOpen();
    const { name } = await this.#live.current();
    return rarityOf(this.#call, name, terms, signal);
  }

  async matching(
    request: MatchRequest,
    access: AccessFilter,
    confirmed: ConfirmedOf,
    signal: AbortSignal,
  ): Promise<Matching> {
    this.#turns.requireOpen();
    const grant = granted(access);
    const { name } = await this.#live.current();
    return matchingDocuments(this.#call, name, request, grant, new Versions(grant, confirmed), signal);
  }
}

/** An index without any vector answers by nothing, whatever model is asked for. */
function checkAsked(
  { vector, fingerprint }: NonNullable<SearchRequest['dense']>,
  bound: Fingerprint | undefined,
): void {
  if (!bound) return;
  requireFingerprint(bound, fingerprint);
  checkVector(vector, bound);
}

/** @throws AppError ACCESS_FILTER_INVALID (internal) for anything that `access` did not make */
function granted(filter: AccessFilter): AccessGrant {
  const grant = readGrant(filter);
  if (grant) return grant;
  throw new AppError('ACCESS_FILTER_INVALID', 'internal', 'an access filter that access did not make');
}
