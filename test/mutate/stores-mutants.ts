import { STORE, FUZZ, of } from './mutant.ts';
import type { Mutant } from './mutant.ts';

/** Who the stores say may read. */
export const STORE_MUTANTS: readonly Mutant[] = [
  ...of(
    'libs/stores/sqlite/src/catalog/acls.ts',
    [FUZZ, ...STORE],
    [
      ['one list is enough', 'allow.every((list) =>', 'allow.some((list) =>'],
      ['no list admits everybody', 'allow.length > 0 && !standing', '!standing'],
      ['the second check forgets denials', '&& !standing.denies(aclId) && allow', '&& allow'],
      [
        'old standings are kept',
        'if (standing.version === version) return standing;',
        'if (standing) return standing;',
      ],
      [
        'who leaves a list stays in it',
        'for (const principal of dropped)',
        'for (const principal of dropped.slice(1))',
      ],
      [
        'a smaller list is no change',
        'if (added.length === 0 && dropped.length === 0) continue;',
        'if (added.length === 0) continue;',
      ],
      [
        'a removed source keeps its readers',
        "this.#db.run('DELETE FROM list_member WHERE list IN (SELECT list FROM list WHERE source = ?)', source);",
        '',
      ],
      [
        'denials are not stored',
        'for (const principal of new Set(acl.deny))',
        'for (const principal of new Set<string>())',
      ],
    ],
  ),
  ...of(
    'libs/stores/sqlite/src/catalog/acl-structure.ts',
    [FUZZ, ...STORE],
    [
      ['some lists are enough', 'matched[acl] === needed[acl] &&', '(matched[acl] as number) > 0 &&'],
      ['without lists is for everybody', ' && needed[acl] !== 0', ''],
      [
        'the filter forgets denials',
        'denied.size === 0 ? admitted.slice() : admitted.filter((acl) => !denied.has(acl))',
        'admitted.slice()',
      ],
    ],
  ),
  ...of(
    'libs/stores/sqlite/src/catalog/standing.ts',
    [FUZZ, 'libs/stores/sqlite/src/catalog/standing.test.ts', ...STORE],
    [
      [
        'half of the principals count',
        'this.#principals.slice(at, at + PARAMETERS)',
        'this.#principals.slice(at, at + this.#principals.length / 2)',
      ],
      ['a list that somebody left stays open', 'isMine ? 1 : -1', '1'],
      ['denials of new documents are not learned', '    this.#learnDenials();\n', ''],
      [
        'a change of members is not looked at',
        'for (const list of changed) this.#look(list, structure);',
        '',
      ],
    ],
  ),
  ...of(
    'libs/stores/sqlite/src/catalog/access-changes.ts',
    ['libs/stores/sqlite/src/catalog/standing.test.ts'],
    [
      ['a change that is forgotten was none', 'if (rows.length !== last - after) return undefined;', ''],
      [
        'many changes at once are none',
        'if (lists.length <= MAX_LISTS)',
        'if (lists.length > MAX_LISTS) lists = []; ',
      ],
    ],
  ),
  ...of(
    'libs/stores/sqlite/src/catalog/directory.ts',
    [FUZZ, ...STORE],
    [
      [
        'a reading that broke off counts',
        'JOIN directory_run AS r ON r.source = d.source AND r.run = d.run',
        'JOIN directory_run AS r ON r.source = d.source',
      ],
      ['an address counts unverified', 'account.email?.isVerified ? ', 'account.email ? '],
      [
        'a closed group keeps its members',
        "'DELETE FROM directory_member WHERE source = ? AND run = ? AND held_by = ?'",
        "'DELETE FROM directory_member WHERE source = ? AND run = ? AND held_by = ? AND 0'",
      ],
    ],
  ),
  ...of(
    'libs/stores/sqlite/src/catalog/facets.ts',
    [FUZZ, ...STORE],
    [
      ['values of all documents', 'if (admits(row.acl_id)) counts', 'counts'],
      ['what is gone is counted', 'SET documents = documents - 1 WHERE', 'SET documents = documents WHERE'],
    ],
  ),
  ...of(
    'libs/stores/sqlite/src/catalog/checked-reads.ts',
    [FUZZ, ...STORE],
    [
      [
        'the second check shows everything',
        '(aclIds) => this.#acls.admits(aclIds, principals)',
        '(aclIds) => new Set(aclIds).add(principals.length)',
      ],
    ],
  ),
  ...of(
    'libs/stores/sqlite/src/store-core.ts',
    [FUZZ, ...STORE],
    [
      [
        'a new directory is no change',
        'this.acls.changed();\n      return this.directory.complete',
        'return this.directory.complete',
      ],
    ],
  ),
  ...of(
    'libs/stores/sqlite/src/index/admission.ts',
    [FUZZ, 'libs/stores/sqlite/src/index-contract.test.ts', ...STORE],
    [
      ['every chunk is admitted', 'id >= 0 && allowed[id] === 1 &&', 'id >= 0 &&'],
      [
        'the filter of one serves another',
        'JSON.stringify([grant.hash, filter ?? null])',
        'JSON.stringify([filter ?? null])',
      ],
      ['an old map is kept', 'if (known?.version === numbers.version) return', 'if (known) return'],
    ],
  ),
  ...of(
    'libs/stores/sqlite/src/catalog/documents.ts',
    [FUZZ, ...STORE],
    [['what the check refuses is shown', 'admitted.has(acls[at] ?? NO_ACL) ?', 'admitted.size >= 0 ?']],
  ),
];
