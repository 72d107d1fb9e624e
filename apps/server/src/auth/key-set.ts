import { createLocalJWKSet, errors } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { fetchJson } from './fetch-json.ts';
import { IssuerUnavailable } from './refusal.ts';
import type { Fetch } from './types.ts';

/** Keys are read again when they are older, and when a token names one that is not there. */
const FRESH_MS = 600_000;
/** Between two readings because of an unknown key: anybody can make up key ids. */
const COOLDOWN_MS = 30_000;
/** While the issuer cannot be reached, keys it published before hold so long. */
const STALE_MS = 24 * 3_600_000;

/** The public keys of one issuer, through rotation and outages. */
export class KeySet {
  readonly #address: () => Promise<string>;
  readonly #fetch: Fetch;
  readonly #now: () => number;
  #keys: { readonly at: number; readonly find: JWTVerifyGetKey } | undefined;
  #triedAt = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(address: () => Promise<string>, fetch: Fetch, now: () => number) {
    this.#address = address;
    this.#fetch = fetch;
    this.#now = now;
  }

  /**
   * @throws jose JWKSNoMatchingKey when the issuer has no such key
   * @throws IssuerUnavailable when there are no keys to judge by
   */
  async find(...[header, token]: Parameters<JWTVerifyGetKey>): Promise<Awaited<ReturnType<JWTVerifyGetKey>>> {
    const isOld = !this.#keys || this.#now() - this.#keys.at >= FRESH_MS;
    if (isOld && this.#mayTry(this.#keys ? COOLDOWN_MS : 1_000)) await this.#refresh();
    const keys = this.#usable();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayTry(COOLDOWN_MS)) throw error;
      await this.#refresh();
      return this.#usable()(header, token);
    }
  }

  #usable(): JWTVerifyGetKey {
    if (this.#keys && this.#now() - this.#keys.at < STALE_MS) return this.#keys.find;
    throw new IssuerUnavailable('the keys of the issuer cannot be read');
  }

  #mayTry(pauseMs: number): boolean {
    return this.#reading !== undefined || this.#now() - this.#triedAt >= pauseMs;
  }

  /** A failure leaves the keys there are; whether they still hold is decided by their age. */
  async #refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    await this.#reading.catch((error: unknown) => {
      if (!(error instanceof IssuerUnavailable)) throw error;
    });
  }

  async #read(): Promise<void> {
    this.#triedAt = this.#now();
    const set = await fetchJson(this.#fetch, await this.#address());
    if (!Array.isArray(set['keys'])) throw new IssuerUnavailable('no key set');
    this.#keys = { at: this.#now(), find: createLocalJWKSet(set as unknown as JSONWebKeySet) };
  }
}
