import { of } from './mutant.ts';
import type { Mutant } from './mutant.ts';

const EXCHANGE = [
  'libs/platform/exchange/src/exchange.test.ts',
  'libs/platform/exchange/src/attacks.test.ts',
];
const OWN_RIGHTS = 'libs/access/src/own-rights.test.ts';

/** Where requests and tokens go. */
export const OUTBOUND_MUTANTS: readonly Mutant[] = [
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
  ...of(
    'libs/platform/http/src/policed-fetch.ts',
    ['test/attacks/outbound.test.ts'],
    [
      [
        'a name stands for another address when it is connected to',
        '...(url.hostname !== home.hostname && { dispatcher: await judged() }),',
        '',
      ],
    ],
  ),
  ...of('libs/platform/exchange/src/exchange.ts', EXCHANGE, [
    [
      'one token serves everybody',
      'JSON.stringify([issuer, subject, token.reveal()])',
      'JSON.stringify([issuer])',
    ],
    [
      'one person is like another one',
      'JSON.stringify([issuer, subject, token.reveal()])',
      'JSON.stringify([issuer, token.reveal()])',
    ],
    [
      'an exchanged token has no end',
      'hit.expiresAt > now()) return hit.token',
      'hit.expiresAt > 0) return hit.token',
    ],
    ['a token that is over is used', 'given.expiresAt - MARGIN_MS <= now()', 'given.expiresAt < 0'],
    ['a credential that was revoked is exchanged', '((await subject.holdsStill?.()) ?? true)', 'true'],
    ['a credential that is over is exchanged', 'subject.expiresAt * 1_000 > now() &&', ''],
    ['tokens of other issuers are sent', 'subject.issuer === issuer &&', ''],
    [
      'who left keeps what was asked for',
      'if (began === generation) known.set(key, { ...given',
      'known.set(key, { ...given',
    ],
    ['the inner network is asked', 'await refuseInnerAddress(', 'void (() => refuseInnerAddress)('],
    [
      'an issuer that fails is asked for ever',
      "toAppError(error).code === 'EXCHANGE_UNAVAILABLE'",
      'toAppError(error).message === String()',
    ],
    ['everybody asks on their own', 'if (running) return orAborted(running, signal);', ''],
  ]),
  ...of('libs/platform/exchange/src/answer.ts', EXCHANGE, [
    ['a token for others is used', "throw unusable('the token is for another audience')", 'void 0'],
    ['the token that came is passed on', 'token === subject.token.reveal()', "token === ''"],
    ['any kind of token is used', '!TOKEN_TYPES.has(String(issued))', 'issued === null'],
    ['a token of another type is used', "type.toLowerCase() !== 'bearer'", "type === ''"],
    [
      'a description is told',
      'ERROR_WORD.test(error) ? error',
      "ERROR_WORD.test(error) ? String(answer?.['error_description'])",
    ],
  ]),
  ...of(
    'libs/access/src/own-rights.ts',
    [OWN_RIGHTS],
    [
      [
        'a token of anybody is used',
        'if (!account.startsWith(`user:${source}:`) || !principals.includes(account)) throw foreign(source);',
        '',
      ],
      ['a group is an account', '!account.startsWith(`user:${source}:`) || ', ''],
      ['who gets no token is shown what there is', "own.otherwise === 'nobody' || ", ''],
      ['a foreign token is no reason to close', " || error.code === 'EXCHANGE_INVALID'", ''],
      [
        'a token of any issuer',
        'credential.issuer === accessOf(source)?.exchange.issuer',
        'accessOf(source) !== undefined',
      ],
      ['closed means asked otherwise', 'else if (!asked.isClosed && other)', 'else if (other)'],
      ['a token that is not taken is kept', 'if (token) own.exchange.forget(token);', ''],
    ],
  ),
  ...of(
    'libs/access/src/late-check.ts',
    ['libs/access/src/late-check.test.ts'],
    [
      [
        'what one person may not ask nobody may',
        'const who = isOwn ? JSON.stringify([source, accounts]) : source;',
        'const who = source;',
      ],
    ],
  ),
  ...of(
    'libs/retrieval/src/live/judge.ts',
    ['test/live/own-rights.test.ts'],
    [
      [
        'what the search of a source finds is theirs',
        'if (rights) return mayReadOne(rights, document.id, signal);',
        'if (rights) return true;',
      ],
    ],
  ),
];
