import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import type { SimulatedAnswer, SimulatedRequest } from '../simulators/kit/simulator.ts';
import { seeded } from '../simulators/graph/random-world.ts';
import { BadDayStage, fromTheMiddle, SOURCES, withLists } from './bad-day-stage.ts';
import { quickClock } from './clocks.ts';

type Outcomes = Readonly<Record<string, string>>;

interface BadDay {
  readonly run: (stage: BadDayStage) => Promise<string>;
  /** What the run record says, and the code of the command's error. */
  readonly outcomes: Outcomes | string;
}

const DAY_MS = 86_400_000;
const LOGIN_PAGE = '<!doctype html><title>Sign in</title>';

const DAYS: Readonly<Record<string, BadDay>> = {
  'a host that is not there': {
    run: (stage) => stage.run(stage.connect({ url: 'http://127.0.0.1:9' })),
    outcomes: 'failed SOURCE_UNAVAILABLE',
  },
  'an address where something else is': {
    run: (stage) => elsewhere(stage, 404, '<h1>Not here</h1>'),
    outcomes: 'failed CONFIG_INVALID',
  },
  'a portal that answers everything with a page': {
    run: (stage) => elsewhere(stage, 200, LOGIN_PAGE),
    outcomes: 'failed SOURCE_ANSWER_INVALID',
  },
  'a wrong token': {
    run: (stage) => stage.run(stage.connect({ secret: 'wrong' })),
    outcomes: 'failed SOURCE_UNAUTHORISED',
  },
  'a token that ends in the middle': {
    run: (stage) => brokenInTheMiddle(stage, { status: 401, body: { message: 'expired' } }),
    outcomes: 'failed SOURCE_UNAUTHORISED',
  },
  'rights taken away in the middle': {
    run: (stage) => brokenInTheMiddle(stage, { status: 403, body: { message: 'no' } }),
    outcomes: {
      '': 'failed SOURCE_FORBIDDEN',
      // What an account may not read on a site is closed; that nothing at all is left shows when all is listed.
      jira: 'failed CENSUS_FAILED',
    },
  },
  'a page instead of JSON in the middle': {
    run: (stage) =>
      brokenInTheMiddle(stage, {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: LOGIN_PAGE,
      }),
    outcomes: 'failed SOURCE_ANSWER_INVALID',
  },
  'bodies that break off in the middle': {
    run: (stage) =>
      brokenInTheMiddle(stage, { status: 200, body: { padding: 'x'.repeat(99) }, cutAfterBytes: 20 }),
    outcomes: 'failed SOURCE_UNAVAILABLE',
  },
  'a source that lists nothing': {
    run: (stage) => {
      stage.world.simulator.disturb((request, answer) => relisted(request, answer, () => []));
      return stage.run();
    },
    outcomes: {
      '': 'stopped-by-guard REMOVAL_GUARD',
      // Their lists say how many there are, or end with a known sign.
      github: 'failed SOURCE_ANSWER_INVALID',
      jira: 'failed CENSUS_FAILED',
    },
  },
  'a source that lists everything twice': {
    run: async (stage) => {
      stage.world.simulator.disturb((request, answer) =>
        relisted(request, answer, (list) => [...list, ...list]),
      );
      return stage.run(undefined, { full: true });
    },
    outcomes: 'completed',
  },
};

/** How it shows first that answers mean nothing any more. */
const GONE: Outcomes = {
  confluence: 'failed SOURCE_ITEM_NOT_FOUND',
  github: 'stopped-by-guard REMOVAL_GUARD',
  jira: 'failed CENSUS_FAILED',
  sharepoint: 'stopped-by-guard REMOVAL_GUARD',
};

describe('a bad day', () => {
  let stage: BadDayStage;
  afterEach(() => stage.close());

  for (const name of Object.keys(SOURCES))
    for (const [day, { run, outcomes }] of Object.entries(DAYS))
      it(`of ${name}: ${day}: is named in the run's record, opens and removes nothing, and is over when it is over`, async () => {
        stage = await BadDayStage.open(name);
        const before = await stage.picture();
        const outcome = await run(stage);
        await stage.nothingOpened(before);
        await stage.nothingRemoved(before);
        stage.world.simulator.disturb(undefined);
        assert.equal(await stage.run(), 'completed');
        await stage.agrees('when it was over');
        const expected = typeof outcomes === 'string' ? outcomes : (outcomes[name] ?? outcomes['']);
        assert.equal(outcome, expected);
      });

  for (const name of Object.keys(SOURCES)) {
    it(`of ${name}: everything is gone in the middle: ends the run before more than a fifth is removed`, async () => {
      stage = await BadDayStage.open(name);
      const before = await stage.picture();
      const outcome = await brokenInTheMiddle(stage, { status: 404, body: { message: 'gone' } });
      await stage.nothingOpened(before);
      const left = (await stage.picture()).ids.length;
      assert.ok(left >= before.ids.length * 0.8, `${left} of ${before.ids.length}`);
      stage.world.simulator.disturb(undefined);
      assert.equal(await stage.run(undefined, { full: true }), 'completed');
      await stage.agrees('when it was over');
      assert.equal(outcome, GONE[name]);
    });

    for (const [which, skewMs] of [
      ['ahead', 3 * DAY_MS],
      ['behind', -3 * DAY_MS],
    ] as const)
      it(`of ${name}: a clock that is three days ${which}: misses no change`, async () => {
        stage = await BadDayStage.open(name);
        const { now, sleep } = quickClock();
        const random = seeded(11);
        for (let round = 0; round < 3; round++) {
          for (let edits = 0; edits < 3; edits++) stage.world.edit(random);
          const skewed = stage.connect({ clock: { now: () => now() + skewMs, sleep } });
          assert.equal(await stage.run(skewed, { allowRemovals: true }), 'completed');
          await stage.agrees(`${which}, round ${round}`);
        }
      });

    it(`of ${name}: a redirect into the inner network: is refused before anything is asked there`, async () => {
      stage = await BadDayStage.open(name);
      const before = await stage.picture();
      const asked: string[] = [];
      const send = ((input) => {
        asked.push(new URL(input instanceof Request ? input.url : input).hostname);
        const headers = { location: 'http://169.254.169.254/latest/meta-data/' };
        return Promise.resolve(new Response(null, { status: 302, headers }));
      }) satisfies typeof fetch;
      // A sign-in is sent by POST, which is never sent on: its redirect is no token.
      const outcome = await stage.run(stage.connect({ url: 'http://203.0.113.5', fetch: send }));
      assert.deepEqual([...new Set(asked)], ['203.0.113.5']);
      await stage.nothingOpened(before);
      await stage.nothingRemoved(before);
      assert.equal(
        outcome,
        `failed ${name === 'sharepoint' ? 'SOURCE_REQUEST_REFUSED' : 'SOURCE_REDIRECT_REFUSED'}`,
      );
    });

    it(`of ${name}: a redirect to another host: takes no credentials along`, async () => {
      stage = await BadDayStage.open(name);
      const before = await stage.picture();
      const carried: (string | undefined)[] = [];
      await withServer(
        (request, response) => {
          carried.push(request.headers.authorization, request.headers.cookie);
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        },
        async (url) => {
          const away = { status: 302, headers: { location: `${url}/elsewhere` } };
          const signsIn = /\/token$|\/access_tokens$/u;
          stage.world.simulator.disturb(({ url: { pathname } }, answer) =>
            signsIn.test(pathname) ? answer : away,
          );
          assert.match(await stage.run(), /^failed /u);
        },
      );
      assert.ok(carried.length > 0, 'the redirect was followed');
      assert.deepEqual([...new Set(carried)], [undefined]);
      await stage.nothingOpened(before);
      await stage.nothingRemoved(before);
    });
  }
});

/** Everything is answered like that from the middle of reading the content on. */
async function brokenInTheMiddle(stage: BadDayStage, answer: SimulatedAnswer): Promise<string> {
  const { simulator } = stage.world;
  simulator.forgetRequests();
  await stage.synced.sync({ full: true, passes: ['content'] });
  simulator.disturb(fromTheMiddle(simulator.requests.length, answer));
  return stage.run(undefined, { full: true });
}

/** Lists of items and people; not where an app is installed, nor the parts of a batch. */
function relisted(
  { url }: SimulatedRequest,
  answer: SimulatedAnswer,
  change: (list: readonly unknown[]) => readonly unknown[],
): SimulatedAnswer {
  if (/\/app\//u.test(url.pathname)) return answer;
  return { ...answer, body: withLists(answer.body, change) };
}

function elsewhere(stage: BadDayStage, status: number, body: string): Promise<string> {
  const page = (_request: IncomingMessage, response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end(body);
  return withServer(page, (url) => stage.run(stage.connect({ url })));
}

async function withServer<T>(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}
