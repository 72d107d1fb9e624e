import type { Principal } from '@fumikura/model';
import { sql } from 'kysely';
import type { Connection } from '../connection.ts';
import { AclStructure } from './acl-structure.ts';

/** Callers whose standing is kept; a page asks several times for one caller. */
const KEPT_CALLERS = 64;

/** What the lists of one version say of a caller. */
export interface Standing {
  readonly version: number;
  readonly lists: ReadonlySet<number>;
  /** acl_ids that deny one of the principals. */
  readonly denied: ReadonlySet<number>;
  /** Computed when first asked for. */
  aclIds?: Uint32Array;
}

interface StandingRow {
  readonly version: number;
  /** Numbers with a space between; null for none. */
  readonly lists: string | null;
  readonly denied: string | null;
  /** As `AclStructure` takes them; null for none. */
  readonly acls: string | null;
}

/** What callers may read by today's lists; all numbers of thousands of rows come as one text, which is read ten times as fast. */
export class Standings {
  readonly #connection: Connection;
  readonly #structure = new AclStructure();
  readonly #standings = new Map<string, Standing>();
  #refreshing: Promise<unknown> = Promise.resolve();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Of lists, ACLs and memberships together. */
  async version(): Promise<number> {
    return Number(await this.#connection.value('access_version', 'value'));
  }

  /** Every acl_id whose lists all hold one of the principals and that denies none of them; ascending. */
  async readable(principals: readonly Principal[]): Promise<Standing & { readonly aclIds: Uint32Array }> {
    const known = this.#standings.get(keyOf(principals));
    if (known?.aclIds && known.version === (await this.version())) return { ...known, aclIds: known.aclIds };
    return this.#alone(async () => {
      const row = await this.#ask(principals, this.#structure.last);
      if (row.acls) this.#structure.add(row.acls);
      const standing = this.#take(principals, row);
      standing.aclIds ??= this.#structure.admitted(standing.lists, standing.denied);
      return { ...standing, aclIds: standing.aclIds };
    });
  }

  /** Takes in ACLs made since, before anybody asks. */
  async prepare(): Promise<void> {
    await this.#alone(async () => {
      const { acls } = await this.#ask([], this.#structure.last);
      if (acls) this.#structure.add(acls);
    });
  }

  /** The caller's standing by the lists of `version`, or of a later one. */
  async standingAt(version: number, principals: readonly Principal[]): Promise<Standing> {
    const known = this.#standings.get(keyOf(principals));
    if (known && known.version >= version) return known;
    return this.#take(principals, await this.#ask(principals));
  }

  /**
   * One statement, so that version, lists and denials are of one moment. A look into the index for each principal: asked
   * for thousands of them at once, the planner would read the whole table. In their order, neighbours lie on one page.
   * @param after ACLs beyond this one come along; default none
   */
  async #ask(principals: readonly Principal[], after?: number): Promise<StandingRow> {
    const acls =
      after === undefined
        ? sql`NULL`
        : sql`(SELECT string_agg(acl_id::text || lists::text, '') FROM ${this.#table('acl')} WHERE acl_id > ${after})`;
    const { rows } = await this.#connection.read((db) =>
      sql<StandingRow>`
      WITH p AS MATERIALIZED (SELECT principal FROM unnest(${principals.toSorted()}::text[]) AS own(principal))
      SELECT value AS version,
        (SELECT string_agg(m.list::text, ' ') FROM p CROSS JOIN LATERAL
          (SELECT list FROM ${this.#table('list_member')} WHERE principal = p.principal OFFSET 0) AS m) AS lists,
        (SELECT string_agg(d.acl_id::text, ' ') FROM p CROSS JOIN LATERAL
          (SELECT acl_id FROM ${this.#table('acl_deny')} WHERE principal = p.principal OFFSET 0) AS d) AS denied,
        ${acls} AS acls
      FROM ${this.#table('access_version')}`.execute(db),
    );
    return rows[0] ?? { version: 0, lists: null, denied: null, acls: null };
  }

  /** An answer that was asked for earlier never takes the place of a later one. */
  #take(principals: readonly Principal[], { version, lists, denied }: StandingRow): Standing {
    const key = keyOf(principals);
    const known = this.#standings.get(key);
    if (known?.version === version) return known;
    const standing: Standing = { version, lists: numbersOf(lists), denied: numbersOf(denied) };
    if ((known?.version ?? -1) > version) return standing;
    this.#standings.delete(key);
    this.#standings.set(key, standing);
    for (const oldest of this.#standings.keys()) {
      if (this.#standings.size <= KEPT_CALLERS) break;
      this.#standings.delete(oldest);
    }
    return standing;
  }

  /** One at a time: two that take in the same rows would count them twice. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#refreshing.then(work, work);
    this.#refreshing = turn.catch(() => undefined);
    return turn;
  }

  #table(name: string) {
    return this.#connection.table(name);
  }
}

/** Today's answer for one ACL: the second check. */
export function admits({ lists, denied }: Standing, aclId: number, needed: readonly number[]): boolean {
  return needed.length > 0 && !denied.has(aclId) && needed.every((list) => lists.has(list));
}

function keyOf(principals: readonly Principal[]): string {
  return principals.join('\n');
}

function numbersOf(text: string | null): ReadonlySet<number> {
  return new Set(text === null ? [] : text.split(' ').map(Number));
}
