import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@fumikura/testkit';
import { after, before, describe, it } from 'node:test';
import { createHome, STACK_TRACE } from './fumi.ts';
import type { Home, Outcome, Running } from './fumi.ts';

interface Said {
  readonly documents: number;
  readonly answers: readonly {
    readonly question: string;
    readonly people: readonly {
      readonly person: string;
      readonly hits: readonly { readonly title: string }[];
      readonly closed: Readonly<Record<string, number>>;
    }[];
  }[];
}

/** Who must find what among the best answers, and who must not; by a part of the question and of titles. */
const EXPECTED: readonly (readonly [question: string, person: string, finds: string, never: RegExp])[] = [
  ['bonus', 'emi', 'Bonus policy', /examples|wrong level|bonus\.ts|bonus-table|Salary/u],
  ['bonus', 'rika', 'How the bonus is calculated, with examples', /Payment run|token/u],
  ['bonus', 'henrik', '', /bonus|salary/iu],
  ['障害', 'emi', '当番の引き継ぎ手順', /人事のみ/u],
  ['障害', 'rika', '障害が起きたときの連絡先', /当番/u],
  ['障害', 'henrik', 'Something is broken or odd', /当番|連絡先/u],
  ['security problem', 'emi', 'SW-2026-003', /Risks/u],
  ['security problem', 'rika', 'Security for everybody', /SW-2026|Withdrawn|token/u],
  ['security problem', 'henrik', 'Something is broken or odd', /SW-2026|Withdrawn|token|Risks/u],
  ['育児休業', 'emi', '育児休業と介護休業', /個別|給付金|七月/u],
  ['育児休業', 'rika', '個別の休業の予定', /token/u],
  ['育児休業', 'henrik', '', /休業/u],
  ['buy another', 'emi', 'Speaking about the company', /Hamaguri|Tomo|買収|Due diligence/u],
  ['buy another', 'rika', 'Project Hamaguri', /token/u],
  ['buy another', 'henrik', '', /Hamaguri|Tomo|買収|Due diligence/u],
  ['invoices', 'henrik', 'Invoices of partners', /Hamaguri|adviser|Buying/u],
];

const PERSONS = ['emi', 'rika', 'henrik'];

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

async function gone(id: number): Promise<void> {
  await until(() => !isAlive(id), { what: `the end of the company's process ${id}` });
}

describe('fumi demo', () => {
  let home: Home;
  let outcome: Outcome;
  let said: Said;
  let company: number;
  before(async () => {
    home = await createHome();
    const running = home.start(['demo', '--no-serve', '--json', '--verbose', '--folder', 'demo']);
    company = await companyOf(running);
    outcome = await running.ended;
    assert.equal(outcome.code, 0, outcome.stderr);
    said = JSON.parse(outcome.stdout) as Said;
  });
  after(() => home.remove());

  const answerOf = (question: string, person: string) => {
    const found = said.answers
      .find((each) => each.question.includes(question))
      ?.people.find((each) => each.person === person);
    assert.ok(found, `${person} was not asked about ${question}`);
    return { ...found, titles: found.hits.map(({ title }) => title) };
  };

  for (const [question, person, finds, never] of EXPECTED)
    it(`[demo.differs] gives ${person} their own answers about ${question}`, () => {
      const { titles } = answerOf(question, person);
      assert.ok(
        finds === '' || titles.some((title) => title.includes(finds)),
        `${finds} is not in ${titles.join(' | ')}`,
      );
      assert.deepEqual(
        titles.filter((title) => never.test(title)),
        [],
      );
    });

  it('[demo.size] reads at least 400 documents', () => assert.ok(said.documents >= 400, `${said.documents}`));

  it('[demo.reasons] counts what is closed by its rule', () => {
    assert.equal(answerOf('bonus', 'emi').closed['a Jira security level'], 1);
    assert.equal(answerOf('security problem', 'rika').closed['a restricted page in Confluence'], 1);
    assert.equal(answerOf('security problem', 'rika').closed['a GitHub repository'], 1);
    assert.equal(answerOf('bonus', 'rika').closed['a Jira security level'], undefined);
    const told = said.answers.flatMap(({ people }) => people.flatMap(({ closed }) => Object.keys(closed)));
    assert.ok(told.every((rule) => /^a (?:Confluence|Jira|GitHub|SharePoint|restricted|role)/u.test(rule)));
  });

  it('[demo.ends] ends its company and writes nothing of its errors', async () => {
    await gone(company);
    assert.doesNotMatch(outcome.stderr, STACK_TRACE);
    assert.doesNotMatch(outcome.stderr, /"level":"(?:warn|error)"/u);
  });

  it('[demo.differs] keeps a folder of the visitor’s choice, where each person can be searched as', async () => {
    const finds = async (person: string) => {
      const config = join(home.folder, 'demo', `${person}.yaml`);
      const { hits } = (await home.json('search', 'salary bands', '--config', config)) as {
        hits: { title: string }[];
      };
      return hits.map(({ title }) => title).filter((title) => title.startsWith('Salary bands'));
    };
    const found = [];
    for (const person of PERSONS) found.push((await finds(person)).length);
    assert.deepEqual(found, [0, 1, 0]);
  });

  it('refuses a person that the company does not have, by name', async () => {
    const refused = await home.run(['demo', '--as', 'nobody']);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /nobody.*emi, rika, henrik/u);
  });

  it('[demo.serves] serves MCP as the person that was chosen until Ctrl-C, and leaves nothing', async () => {
    const running = home.start(['demo', '--as', 'rika', '--port', '0', '--verbose']);
    const id = await companyOf(running);
    let stdout = '';
    running.process.stdout?.on('data', (part: Buffer) => (stdout += part.toString()));
    const ready = (async () => {
      while (!/henrik\.yaml\n/u.test(stdout)) await delay(50);
    })();
    await Promise.race([ready, running.ended]);
    assert.match(stdout, /Serving MCP at http:\/\/127\.0\.0\.1:\d+\/mcp/u);
    assert.match(stdout, /Whoever connects is Rika Mori/u);
    const folder = /--config (\S+)\/henrik\.yaml/u.exec(stdout)?.[1] ?? '';
    await access(folder);
    running.process.kill('SIGINT');
    const { code, stderr } = await running.ended;
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, STACK_TRACE);
    await gone(id);
    await assert.rejects(access(folder), 'the temporary folder is removed');
  });

  it('[demo.ends] leaves no process when it is killed while it reads', async () => {
    const running = home.start(['demo', '--no-serve', '--verbose', '--folder', 'killed']);
    const id = await companyOf(running);
    running.process.kill('SIGKILL');
    await running.ended;
    await gone(id);
  });
});

/** The process that serves the company, as the log tells it. */
async function companyOf({ process: fumi, ended, says }: Running): Promise<number> {
  let log = '';
  fumi.stderr?.on('data', (part: Buffer) => (log += part.toString()));
  await says('demo.company.started');
  const told = /"demo\.company\.started"[^\n]*"pid":(\d+)/u;
  for (let hasEnded = false; !told.test(log) && !hasEnded; await delay(20))
    void ended.then(() => (hasEnded = true));
  return Number(told.exec(log)?.[1]);
}
