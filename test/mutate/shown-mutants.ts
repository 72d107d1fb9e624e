import { UNTRUSTED, RETRIEVAL, FUZZ, of } from './mutant.ts';
import type { Mutant } from './mutant.ts';

/** What leaves the process. */
export const SHOWN_MUTANTS: readonly Mutant[] = [
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
  ...of(
    'libs/stores/sqlite/src/index/candidate-search.ts',
    ['test/fuzz/side-channels.test.ts'],
    [
      [
        'a word of hidden documents moves an answer',
        'isRead(reader, term, readable) ? value : unknown',
        'value',
      ],
    ],
  ),
  ...of(
    'apps/server/src/http.ts',
    ['test/attacks/broken-off.test.ts'],
    [
      [
        'a request that breaks off ends the process',
        'void served().catch((cause: unknown) => {',
        'void served().then(undefined, (cause: unknown) => { if (cause) throw cause;',
      ],
    ],
  ),
  ...of(
    'libs/ports/src/access-history.ts',
    ['libs/stores/sqlite/src/catalog-contract.test.ts'],
    [
      [
        'the address of somebody who was erased stays',
        'before: { principal, isActive, isPerson }',
        'before: { ...account.before, principal }',
      ],
      [
        'who was erased stays a member',
        'dropped: change.dropped.map(pair), accounts',
        'dropped: change.dropped, accounts',
      ],
    ],
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
    'libs/mcp/src/reply/answer.ts',
    ['libs/mcp/src/reply/answer.test.ts'],
    [['an answer with rights of before', '=== before) return result;', '!== undefined) return result;']],
  ),
];
