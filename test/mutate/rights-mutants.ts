import { ACCESS, FUZZ, of } from './mutant.ts';
import type { Mutant } from './mutant.ts';

/** Who somebody is and what is theirs. */
export const RIGHTS_MUTANTS: readonly Mutant[] = [
  ...of(
    'libs/access/src/access.ts',
    [FUZZ, ...ACCESS],
    [
      [
        'filters ignore the lists\u2019 version',
        'isSame && known.lists === lists && known.filter',
        'isSame && known.filter',
      ],
      [
        'one filter for all',
        'const name = JSON.stringify([person.issuer, person.subject]);',
        "const name = 'everybody';",
      ],
      ['memberships of before count', 'known?.members === members', 'known !== undefined'],
      [
        'cursors are nobody\u2019s',
        "const caller = digest('person', person.issuer, person.subject);",
        "const caller = digest('person');",
      ],
      [
        'the issuer does not count',
        "digest('person', person.issuer, person.subject)",
        "digest('person', person.subject)",
      ],
    ],
  ),
  ...of(
    'libs/access/src/directory.ts',
    [FUZZ, ...ACCESS],
    [
      [
        'persons of any issuer are ours',
        'issuer !== LOCAL_ISSUER || !known.has(subject)',
        '!known.has(subject)',
      ],
      ['strangers are somebody', 'issuer !== LOCAL_ISSUER || !known.has(subject)', 'issuer !== LOCAL_ISSUER'],
      ['groups do not nest', '      open.push(group);\n', ''],
    ],
  ),
  ...of(
    'libs/access/src/links.ts',
    [FUZZ, ...ACCESS],
    [
      [
        'an account that is switched off holds rights',
        "state: account.isActive ? 'linked' : 'inactive'",
        "state: 'linked'",
      ],
      ['an account of somebody else is linked', 'if (others.has(principal))', 'if (false as boolean)'],
      ['a shared address links', "if (!isUnambiguous) return 'ambiguous';", ''],
      ['an app is a person', "if (!isPerson) return 'not-a-person';", ''],
    ],
  ),
  ...of(
    'libs/access/src/linked-directory.ts',
    [FUZZ, ...ACCESS],
    [
      ['accounts that are not decided count', "state === 'linked'", "state !== 'unknown'"],
      ['a directory read again is no change', 'catalog.directoryVersion()]', "'']"],
      ['memberships of sources do not count', '...reached])', '])'],
    ],
  ),
  ...of(
    'apps/composition/src/people/people.ts',
    ['apps/composition/src/people/people.test.ts'],
    [
      ['a decision is no change', 'left, decided, signIn?.issuers]', 'left, signIn?.issuers]'],
      [
        'who leaves is no change',
        'roles, left, decided, signIn?.issuers]',
        'roles, decided, signIn?.issuers]',
      ],
      ['a role is no change', 'groups, roles, left, decided, signIn?', 'groups, left, decided, signIn?'],
    ],
  ),
  ...of('libs/access/src/roles.ts', ACCESS, [
    [
      'a duty of any issuer',
      'const names = issuer === LOCAL_ISSUER ? written.get(subject) : undefined;',
      'const names = written.get(subject);',
    ],
    [
      'sources that begin alike',
      'source.startsWith(pattern.slice(0, -1)) : pattern === source',
      'source.startsWith(pattern.slice(0, -1)) : source.startsWith(pattern)',
    ],
  ]),
  ...of('libs/access/src/personal-tokens.ts', ACCESS, [
    ['a revoked token holds', 'record.revokedAt === undefined && Date.parse', 'Date.parse'],
    ['an expired token holds', ' && Date.parse(record.expiresAt) > now()', ''],
    [
      'any secret is right',
      "if (!timingSafeEqual(hashOf(secret), Buffer.from(record.hash, 'base64url'))) return undefined;",
      '',
    ],
  ]),
  ...of(
    'libs/access/src/late-check.ts',
    ['libs/access/src/late-check.test.ts'],
    [
      [
        'silence of a source admits',
        "if (answer === 'admitted') return undefined;",
        "if (answer === 'admitted' || answer === 'timed-out') return undefined;",
      ],
      [
        'a refusal of a source is not heard',
        "if (answer === 'refused') return 'source-refused';",
        "if (answer === 'refused') return undefined;",
      ],
      [
        'an answer for everybody',
        'return JSON.stringify([source, accounts, id]);',
        'return JSON.stringify([source, id]);',
      ],
      [
        'an answer for ever',
        'if (!hit || now() >= hit.until) return undefined;',
        'if (!hit) return undefined;',
      ],
    ],
  ),
  ...of(
    'libs/access/src/provisioned.ts',
    ['libs/access/src/provisioned.test.ts'],
    [
      ['a leaver stays', 'left.add(id);', '{}'],
      [
        'an address beats a subject',
        'others.length > 0 || isOthers ? undefined : only',
        'others.length > 0 ? undefined : only',
      ],
      [
        'an address of two',
        'others.length > 0 || isOthers ? undefined : only',
        'isOthers ? undefined : only',
      ],
      [
        'somebody in the place of an entry',
        'else if (merged.has(person.person) && person.isActive) {',
        'else if (false as boolean) {',
      ],
    ],
  ),
];
