import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AppError } from '@fumikura/errors';
import { createKnowledge } from '../index.ts';
import type { Knowledge } from '../index.ts';
import { FEW, openWorld } from '../testing/world.ts';
import type { World } from '../testing/world.ts';
import { NO_SYNONYMS, parseSynonyms } from './synonyms.ts';
import type { Synonyms } from './synonyms.ts';

const signal = new AbortController().signal;

const FILE = `# ours
vpn, virtual private network, 仮想専用線
holiday, leave => paid time off, 年次有給休暇
IT, information technology   # written in capitals it is no pronoun

年休、年次有給休暇
`;

describe('a file of synonyms', () => {
  const found = (text: string) =>
    parseSynonyms(FILE, 's.txt')
      .of(text)
      .map(({ to }) => to);

  it('[query.synonyms] finds words in any of their forms, phrases, and words of scripts without blanks', () => {
    assert.deepEqual(found('my VPNs are slow'), ['virtual private network', '仮想専用線']);
    assert.deepEqual(found('the Virtual  Private Networks'), ['vpn', '仮想専用線']);
    assert.deepEqual(found('新しい年休の申請'), ['年次有給休暇']);
    assert.deepEqual(found('ＶＰＮ接続'), ['virtual private network', '仮想専用線']);
    assert.deepEqual(found('virtual network'), []);
    assert.deepEqual(found('vpnx'), []);
  });

  it('reads => one way, leaves out what the query says itself, and IT out of "is it"', () => {
    assert.deepEqual(found('holidays'), ['paid time off', '年次有給休暇']);
    assert.deepEqual(found('paid time off'), []);
    assert.deepEqual(found('leave, that is paid time off'), ['年次有給休暇']);
    assert.deepEqual(found('is it broken'), []);
    assert.deepEqual(found('whom of IT to ask'), ['information technology']);
  });

  it('names each line that cannot be used, and refuses what is too large', () => {
    const text =
      'a, b\nalone\na => b => c\n => x\n!!, b\n' + Array.from({ length: 21 }, (_, i) => `w${i}`).join(',');
    assert.throws(
      () => parseSynonyms(text, 's.txt'),
      (error: AppError) => {
        assert.equal(error.code, 'SYNONYMS_INVALID');
        const lines = error.publicMessage.split('\n').slice(1);
        assert.deepEqual(lines, [
          's.txt:2: only one entry; write at least two, separated by commas',
          's.txt:3: more than one "=>"',
          's.txt:4: nothing on one side of "=>"',
          's.txt:5: "!!" has no letter and no digit',
          's.txt:6: 21 entries; at most 20',
        ]);
        return true;
      },
    );
    assert.throws(() => parseSynonyms('a, b\n'.repeat(10_001), 's.txt'), { code: 'SYNONYMS_INVALID' });
    assert.throws(() => parseSynonyms(`a, b # ${'x'.repeat(1_100_000)}`, 's.txt'), {
      code: 'SYNONYMS_INVALID',
    });
    assert.throws(() => parseSynonyms(`a, ${'x'.repeat(81)}`, 's.txt'), /longer than 80/u);
  });

  it('adds at most 12 phrases to one query, however many lines it touches', () => {
    const lines = Array.from({ length: 50 }, (_, at) => `word${at}, other${at}`);
    const all = lines.map((_, at) => `word${at}`).join(' ');
    assert.equal(parseSynonyms(lines.join('\n'), 's.txt').of(all).length, 12);
  });
});

describe('a search with synonyms', () => {
  let world: World;
  let knowledge: Knowledge;
  let synonyms: Synonyms = NO_SYNONYMS;
  const search = async (query: string, explain = false, ...more: (typeof FEW)[]) =>
    knowledge.search({ query, explain }, await world.as('anyone', ...more), signal);
  const titles = async (query: string) => (await search(query)).hits.map(({ title }) => title);

  before(async () => {
    world = await openWorld();
    await world.write({
      Tunnel: { text: 'The virtual private network needs a certificate.' },
      Typed: { text: 'The vpn client.' },
      Absence: { text: '年次有給休暇は前日までに申請します。', language: 'ja' },
      Deal: { text: 'Talks with Narwhal Industries.', readers: 'few' },
    });
    knowledge = await createKnowledge({ store: world.store, synonyms: () => synonyms });
  });
  after(() => world.close());

  it('[query.synonyms] ranks what was typed first, what means the same behind it, in either language', async () => {
    assert.deepEqual(await titles('vpn'), ['Typed']);
    synonyms = parseSynonyms(`${FILE}\nproject sunrise, narwhal industries\n`, 's.txt');
    // The file counts from the next question on, whatever was kept of the last one.
    assert.deepEqual(await titles('vpn'), ['Typed', 'Tunnel']);
    assert.deepEqual(await titles('年休'), ['Absence']);
    assert.deepEqual(await titles('holidays'), ['Absence']);
    assert.deepEqual(await titles('"vpn" client'), ['Typed']);
    assert.deepEqual((await search('"vpn"', true)).expansions, []);
  });

  it('[facets.counts] counts what has the words typed, and what means the same only where nothing has them', async () => {
    const documents = async (query: string) => {
      const page = await knowledge.search({ query, facets: true }, await world.as('anyone'), signal);
      return page.facets?.documents;
    };
    assert.equal(await documents('vpn client'), 1);
    assert.equal(await documents('vpn'), 1);
    assert.equal(await documents('holidays'), 1);
    assert.equal(await documents('nothing'), 0);
  });

  it('says with explain what it looked for, of hits on the page alone', async () => {
    const { expansions, hits } = await search('vpn', true);
    assert.deepEqual(expansions, [{ from: 'vpn', to: 'virtual private network', by: 'synonym', hits: [2] }]);
    assert.ok(hits[1]?.snippet.highlights.length, 'what was found is marked');
    assert.equal((await search('vpn')).expansions, undefined);
  });

  it('[query.synonyms] tells nobody of a word that only others may read', async () => {
    const theirs = await search('project sunrise', true, FEW);
    assert.deepEqual(
      theirs.expansions?.map(({ to }) => to),
      ['narwhal industries'],
    );
    const mine = await search('project sunrise', true);
    assert.deepEqual([mine.expansions, mine.hits, mine.notices], [[], [], []]);
  });

  it('[query.spelling] finds Japanese in its other spellings, and says so with explain', async () => {
    await world.write({
      Rule: { text: '第三条　届出は二十一日までに行う。', language: 'ja' },
      Server: { text: 'サーバーの再起動は夜間に行います。', language: 'ja' },
      Smoking: { text: 'タバコは屋外で。', language: 'ja' },
    });
    for (const [typed, title] of [
      ['第3条', 'Rule'],
      ['２１日', 'Rule'],
      ['サーバ', 'Server'],
      ['たばこ', 'Smoking'],
    ] as const)
      assert.equal((await titles(typed))[0], title, typed);
    const { expansions } = await search('第3条', true);
    assert.deepEqual(expansions, [{ from: '3条', to: '三条', by: 'spelling', hits: [1] }]);
    assert.deepEqual(await titles('"たばこ"'), []);
  });

  it('takes no word that the file knows for a slip', async () => {
    assert.deepEqual((await search('certificaet')).corrections, [{ from: 'certificaet', to: 'certificate' }]);
    synonyms = parseSynonyms('certificaet, vpn', 's.txt');
    const page = await search('certificaet');
    assert.equal(page.corrections, undefined);
    assert.equal(page.hits[0]?.title, 'Typed');
    synonyms = NO_SYNONYMS;
  });
});
