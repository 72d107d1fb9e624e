import type { Principal } from '@fumikura/model';
import type { Database } from '../database.ts';
import type { AclStructure } from './acl-structure.ts';

/** Parameters of one statement: a person of a large company is thousands of principals. */
const PARAMETERS = 500;

/**
 * What the lists of one version say of a caller. A later version is reached by correcting what its changes touch, which
 * costs what they touch and one pass over a number per ACL.
 */
export class Standing {
  readonly #db: Database;
  readonly #principals: readonly Principal[];
  readonly #mine: ReadonlySet<string>;
  readonly #lists: Set<number>;
  readonly #denied: Set<number>;
  /** ACLs up to here are among `#denied`; ids only grow. */
  #knownAcls: number;
  /** Lists of mine that each ACL holds; made when first asked for. */
  #matched: Uint16Array | undefined;
  #aclIds: Uint32Array | undefined;
  version: string;

  /** Inside a transaction, at `version`. */
  constructor(db: Database, principals: readonly Principal[], version: string) {
    this.#db = db;
    this.#principals = principals;
    this.#mine = new Set(principals);
    this.#lists = new Set(this.#column('SELECT list AS n FROM list_member WHERE principal IN'));
    this.#denied = new Set(this.#column('SELECT acl_id AS n FROM acl_deny WHERE principal IN'));
    this.#knownAcls = lastAcl(db);
    this.version = version;
  }

  /** Inside a transaction, at `version`. @param changed lists whose members changed since the version before */
  moveTo(version: string, changed: ReadonlySet<number>, structure: AclStructure): void {
    this.#learnDenials();
    if (this.#matched) {
      structure.refresh(this.#db);
      this.#matched = structure.matchedAlso(this.#matched, this.#lists);
    }
    for (const list of changed) this.#look(list, structure);
    this.#aclIds = undefined;
    this.version = version;
  }

  holds(list: number): boolean {
    return this.#lists.has(list);
  }

  denies(aclId: number): boolean {
    return this.#denied.has(aclId);
  }

  /** Every acl_id whose lists are all mine and that denies no principal of mine, ascending. Inside a transaction. */
  aclIds(structure: AclStructure): Uint32Array {
    if (!this.#matched) {
      structure.refresh(this.#db);
      this.#matched = structure.matchedAlso(new Uint16Array(1), this.#lists);
    }
    this.#aclIds ??= structure.fulfilled(this.#matched, this.#denied);
    return this.#aclIds;
  }

  /** Whether a list is mine now, and what that opens or closes. */
  #look(list: number, structure: AclStructure): void {
    const isMine = this.#isMember(list);
    if (isMine === this.#lists.has(list)) return;
    if (isMine) this.#lists.add(list);
    else this.#lists.delete(list);
    if (this.#matched) structure.count(this.#matched, list, isMine ? 1 : -1);
  }

  /** Over the members of the list or over the principals, whichever are fewer. */
  #isMember(list: number): boolean {
    const members = this.#db.all<{ principal: string }>(
      'SELECT principal FROM list_member WHERE list = ? LIMIT ?',
      ...[list, this.#mine.size + 1],
    );
    if (members.some(({ principal }) => this.#mine.has(principal))) return true;
    if (members.length <= this.#mine.size) return false;
    return this.#column('SELECT list AS n FROM list_member WHERE list = ? AND principal IN', list).length > 0;
  }

  #learnDenials(): void {
    const last = lastAcl(this.#db);
    if (last === this.#knownAcls) return;
    const rows = this.#db.all<{ acl_id: number; key: string }>(
      'SELECT acl_id, key FROM acl WHERE acl_id > ?',
      this.#knownAcls,
    );
    for (const { acl_id: id, key } of rows) {
      const [, deny] = JSON.parse(key) as [unknown, string[]];
      if (deny.some((principal) => this.#mine.has(principal))) this.#denied.add(id);
    }
    this.#knownAcls = last;
  }

  #column(select: string, ...before: readonly number[]): number[] {
    const found: number[] = [];
    for (let at = 0; at < this.#principals.length; at += PARAMETERS) {
      const part = this.#principals.slice(at, at + PARAMETERS);
      const rows = this.#db.all<{ n: number }>(
        `${select} (${part.map(() => '?').join(',')})`,
        ...before,
        ...part,
      );
      for (const { n } of rows) found.push(n);
    }
    return found;
  }
}

function lastAcl(db: Database): number {
  return db.get<{ n: number | null }>('SELECT max(acl_id) AS n FROM acl')?.n ?? 0;
}
