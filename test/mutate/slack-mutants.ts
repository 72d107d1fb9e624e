import { FUZZ, of, RETRIEVAL } from './mutant.ts';
import type { Mutant } from './mutant.ts';

const GRID = 'test/slack/grid.test.ts';
const PEOPLE = 'test/slack/people.test.ts';
const SIGN_IN = ['test/attacks/slack-sign-in.test.ts'];

/** Who somebody is in Slack, who sees what is said there, and what is kept of questions for the next who asks. */
export const SLACK_MUTANTS: readonly Mutant[] = [
  ...of(
    'apps/slack-bot/src/identity.ts',
    ['apps/slack-bot/src/identity.test.ts', PEOPLE, GRID],
    [
      ['people of workspaces without the app', ' && teams.some((each) => served.includes(each))', ''],
      ['people of another organization', 'return enterprise === home && teams', 'return teams'],
      ['people of other workspaces', 'if (!isMember(user, workspace))', 'if (false as boolean)'],
      [
        'guests',
        'if (user.is_restricted !== false || user.is_ultra_restricted !== false)',
        'if (false as boolean)',
      ],
      ['who was deactivated', 'if (user.deleted !== false)', 'if (false as boolean)'],
      ['addresses that nobody confirmed', 'user?.is_email_confirmed === true && ', ''],
    ],
  ),
  ...of(
    'apps/slack-bot/src/audience.ts',
    [GRID, PEOPLE],
    [
      ['workspaces without the app see nothing', 'isPublic ? unseen.length : 0', '0'],
      ['a channel of all workspaces is like another one', 'facts?.is_global_shared === true', 'false'],
      [
        'who may come into a public channel sees nothing',
        'for (const user of await everybody(client, team)) users.add(user);',
        'await everybody(client, team);',
      ],
      ['who is nobody here sees nothing', 'if (others > 0) return new Set();', ''],
      ['one reader is enough', 'common = common.filter((id) => readable.has(id));', 'void readable;'],
      [
        'what was said from closed sources is shared',
        'claim.citations.every((number) => numbers.has(number))',
        'claim.citations.length > 0',
      ],
    ],
  ),
  ...of(
    'apps/slack-bot/src/links.ts',
    ['test/slack/links.test.ts'],
    [
      ['codes are guessed without an end', 'if (tried >= MAX_ATTEMPTS) return false;', ''],
      ['a right code forgives wrong ones', 'value < 1', 'value < 99'],
      [
        'a code serves twice',
        'if (!entry || !(await state.remove(CODES, hash, entry.version))) return undefined;',
        'if (!entry) return undefined;',
      ],
    ],
  ),
  ...of(
    'apps/slack-bot/src/connection.ts',
    ['test/attacks/broken-off.test.ts'],
    [
      [
        'a body without an end',
        '(length !== undefined && Number(length) <= MAX_BODY_BYTES)',
        '(length !== null)',
      ],
    ],
  ),
  ...of('apps/server/src/browser/slack-sign-in.ts', SIGN_IN, [
    [
      'a sign-in serves twice',
      'if (!(await options.useOnce(hash, now() + PENDING_MINUTES * 60_000)))',
      'if (false as boolean)',
    ],
  ]),
  ...of('apps/server/src/browser/pending-cookie.ts', SIGN_IN, [
    ['a cookie that somebody else has set', 'values.length > 1', 'values.length > 9'],
  ]),
  ...of('apps/composition/src/slack/sign-in-page.ts', SIGN_IN, [
    [
      'who left gets a code',
      'if ((await directory.principalsOf(person)).length === 0)',
      'if (false as boolean)',
    ],
  ]),
  ...of(
    'libs/retrieval/src/cache/ranking-key.ts',
    [...RETRIEVAL, 'libs/retrieval/src/cache/ranking-cache.test.ts', FUZZ],
    [
      [
        'a kept ranking serves everybody',
        'JSON.stringify([readers, wording,',
        "JSON.stringify(['', wording,",
      ],
      ['all readers are alike', 'update(grant.aclIds)', "update('')"],
    ],
  ),
];
