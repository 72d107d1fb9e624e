/** A fault somebody could make in the access path: one place of one file, and the tests that have to notice. */
export interface Mutant {
  readonly id: string;
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
}

const STORE = [
  'libs/stores/sqlite/src/catalog-contract.test.ts',
  'libs/stores/sqlite/src/store-contract.test.ts',
];
const ACCESS = [
  'libs/access/src/access.test.ts',
  'libs/access/src/linked-directory.test.ts',
  'libs/access/src/roles.test.ts',
  'libs/access/src/personal-tokens.test.ts',
];
const VERIFY = ['apps/server/src/auth/verify.test.ts'];
const UNTRUSTED = ['libs/mcp/src/untrusted/links.test.ts', 'libs/mcp/src/untrusted/disarm.test.ts'];
const RETRIEVAL = ['libs/retrieval/src/retrieval.test.ts'];
/** Stands for the fuzz with few checks. */
export const FUZZ = 'fuzz';

const of = (
  file: string,
  tests: readonly string[],
  faults: readonly (readonly [id: string, find: string, replace: string])[],
): Mutant[] => faults.map(([id, find, replace]) => ({ id, file, find, replace, tests }));

export const MUTANTS: readonly Mutant[] = [
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
      ['a smaller list is no change', 'added.length > 0 || dropped.length > 0', 'added.length > 0'],
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
    'libs/stores/sqlite/src/store-core.ts',
    [FUZZ, ...STORE],
    [
      [
        'the second check shows everything',
        '(aclIds) => this.acls.admits(aclIds, principals)',
        '(aclIds) => new Set(aclIds).add(principals.length)',
      ],
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
      ['a directory read again is no change', 'catalog.directoryVersion(),', "'',"],
      ['memberships of sources do not count', '...reached])', '])'],
    ],
  ),
  ...of(
    'libs/access/src/linked-directory.ts',
    ['libs/access/src/link-decisions.test.ts'],
    [
      [
        'a decision is no change',
        'catalog.directoryVersion(), decisions.version()',
        'catalog.directoryVersion()',
      ],
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
    'libs/retrieval/src/search.ts',
    [FUZZ, ...RETRIEVAL],
    [
      [
        'cursors serve anybody',
        'const binding = [readGrant(access)?.caller, request.query,',
        'const binding = [request.query,',
      ],
    ],
  ),
  ...of(
    'libs/retrieval/src/places.ts',
    [FUZZ, ...RETRIEVAL],
    [
      [
        'a search without its second check',
        'const records = new Map((await catalog.readable(ids, access)).map((record) => [record.id, record]));',
        'const records = new Map(ids.map((id) => [id, { id, title: id, url: id, source: id, similarity: "0", kind: "", language: "" } as unknown as DocumentRecord]));',
      ],
    ],
  ),
  ...of(
    'libs/retrieval/src/coverage.ts',
    [FUZZ, ...RETRIEVAL],
    [
      [
        'every source is named',
        'if (count === undefined) return [];',
        'if (count === undefined) return [{ id: record.id, documents: record.documents, state: stateOf(record) }];',
      ],
    ],
  ),
  ...of('apps/server/src/auth/jwt.ts', VERIFY, [
    ['any type of token', 'requireType(token, settings);', ''],
    ['any audience', 'requireAudience(payload.aud, settings, resource);', ''],
    ['any algorithm', 'algorithms: [...settings.algorithms],', ''],
  ]),
  ...of('apps/server/src/auth/claims.ts', VERIFY, [
    [
      'an unverified address',
      "claims['email_verified'] === true && typeof",
      "claims['email_verified'] !== undefined && typeof",
    ],
    ['an audience that begins alike', 'ours.includes(each)', 'ours.some((own) => own.startsWith(each))'],
  ]),
  ...of('apps/server/src/auth/introspection.ts', VERIFY, [
    ['an inactive token', "claims['active'] !== true", "!claims['active']"],
    [
      'an introspected token of another issuer',
      "if (claims['iss'] !== undefined && claims['iss'] !== settings.issuer)",
      'if (false as boolean)',
    ],
  ]),
  ...of('apps/server/src/auth/verifier.ts', VERIFY, [
    ['a verdict for every resource', 'update(`${resource}\\n${token}`)', 'update(token)'],
    ['a verdict for ever', 'if (hit && now() < hit.until) return', 'if (hit) return'],
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
    'libs/stores/sqlite/src/catalog/documents.ts',
    [FUZZ, ...STORE],
    [['what the check refuses is shown', 'admitted.has(acls[at] ?? NO_ACL) ?', 'admitted.size >= 0 ?']],
  ),
  ...of('libs/mcp/src/untrusted/links.ts', UNTRUSTED, [
    ['pictures are loaded', ".replace(IMAGE, '! ')", ''],
    ['a link calls itself another address', 'isElsewhere(words, target) ?', '(false as boolean) ?'],
    ['a host in letters of another script', '.replace(ADDRESS, honestAddress)', ''],
    [
      'an address that is a program',
      "!['https:', 'http:', 'file:'].includes(url.protocol)",
      '(false as boolean)',
    ],
  ]),
  ...of(
    'libs/mcp/src/untrusted/clean.ts',
    [...UNTRUSTED, 'libs/mcp/src/mcp.test.ts'],
    [
      ['active HTML passes', 'disarm(normaliseText(text))', 'normaliseText(text)'],
      ['hidden characters pass', 'disarm(normaliseText(text))', 'disarm(text)'],
    ],
  ),
  ...of('libs/mcp/src/untrusted/boundaries.ts', UNTRUSTED, [
    ['turns of a model pass', ".replace(SPECIAL_TOKEN, '‹')", ''],
    ['results of tools pass', ".replace(ELEMENT, '‹')", ''],
  ]),
  ...of(
    'libs/mcp/src/resources/source.ts',
    ['test/fuzz/side-channels.test.ts'],
    [
      [
        'a closed source is an error',
        "new AppError('SOURCE_UNKNOWN', 'not-found',",
        "new AppError('UNEXPECTED', 'internal',",
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
  ...of(
    'libs/mcp/src/reply/answer.ts',
    ['libs/mcp/src/reply/answer.test.ts'],
    [['an answer with rights of before', '=== before) return result;', '!== undefined) return result;']],
  ),
  ...of(
    'apps/server/src/auth/dpop.ts',
    ['apps/server/src/auth/dpop.test.ts'],
    [
      ['a proof of any key', "throw invalidToken('the proof is of another key');", ''],
      ['a proof for any request', 'if (htm !== request.method || htu !== url)', 'if (false as boolean)'],
      [
        'a proof for any token',
        "if (ath !== createHash('sha256').update(token).digest('base64url'))",
        'if (false as boolean)',
      ],
      ['a proof that is used again', 'if ((seen.get(id) ?? 0) > now())', 'if (false as boolean)'],
    ],
  ),
  ...of(
    'apps/server/src/auth/gate.ts',
    ['apps/server/src/auth/dpop.test.ts'],
    [
      [
        'a bound token as a bearer',
        "if (!isProven) throw invalidToken('the token is bound to a key, and the request does not prove it');",
        'if (!isProven) return;',
      ],
    ],
  ),
  ...of(
    'libs/scim/src/scim.ts',
    ['libs/scim/src/scim.test.ts'],
    [
      [
        'people told of by anybody',
        'if (token === undefined || !timingSafeEqual(digest(token), expected)) {',
        'if (token === undefined) {',
      ],
    ],
  ),
  ...of(
    'apps/server/src/client-address.ts',
    ['apps/server/src/client-address.test.ts'],
    [
      ['anybody is believed', 'hops.length > 0 && isTrusted(address)', 'hops.length > 0'],
      ['what is no address is believed', 'if (isIP(next) === 0) break;', ''],
    ],
  ),
  ...of(
    'libs/platform/http/src/redirects.ts',
    ['test/attacks/outbound.test.ts'],
    [
      [
        'credentials of machines are read from inside',
        'addresses.some((address) => isIn(NEVER, address))',
        'addresses.length < 0',
      ],
      ['the inner network is read from outside', 'addresses.some(isInside) &&', 'addresses.length < 0 &&'],
      [
        'what is not encrypted is followed',
        "target.protocol !== 'https:' && target.protocol !== home.protocol",
        '(false as boolean)',
      ],
    ],
  ),
];
