import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createAccess, createLocalDirectory } from '@fumikura/access';
import { createLogger } from '@fumikura/logging';
import { createKnowledge } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import { documentWrite } from '@fumikura/testkit';
import { asker } from '../fuzz/installation.ts';
import type { Ask } from '../fuzz/installation.ts';
import { PATTERNS } from './patterns.ts';
import type { Pattern } from './patterns.ts';
import { rendered, stringsOf } from './surfaces.ts';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../../apps/cli/bin/fumi.mjs', import.meta.url));
const READER = 'reader';
const MARK = 'zzqmark';
/** Fields that carry text of documents; everything else is ours. */
const FIELDS =
  /^(?:title|text|snippet|author|authors|labels|breadcrumbs|section|heading|fields|notices|duplicates|id|url|uri|name|kind|values?|answer|summary|quote|says|about|untrustedValuesThereAre)$/u;
const TERMINAL =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Bidi_Control}\u{e0000}-\u{e0fff}\u200b\u2060\ufeff]/u;

/** One of each kind of sign that a terminal would obey or a person would not see, in one document. */
const ALL_SIGNS: Pattern = {
  kind: 'all',
  name: 'all',
  text: ['terminal', 'direction', 'tag characters', 'invisible']
    .flatMap((kind) => PATTERNS.filter((pattern) => pattern.kind === kind).slice(0, 8))
    .map(({ text }) => text.replaceAll('\u0000', '').toWellFormed())
    .join(' '),
};
const ALL_PROBE = `probe${PATTERNS.length}p`;

function idOf(at: number, { text }: Pattern): string {
  // Names of files are text of somebody else too.
  return `files:hostile/${at}/${text.replaceAll('/', '_').toWellFormed()}`;
}

async function fill(store: SqliteStore): Promise<void> {
  const readAt = '2026-01-15T09:00:00.000Z';
  const lists = [{ id: 'all', members: ['authenticated:local' as const], readAt }];
  const upserts = [...PATTERNS, ALL_SIGNS].map((pattern, at) => {
    const { text } = pattern;
    const marked = `${MARK}${at} ${text} ${MARK}${at}`;
    const write = documentWrite(
      idOf(at, pattern),
      { allow: ['all'] },
      {
        title: marked,
        parts: [`${marked} probe${at}p is here`],
        url: `https://docs.example/${text}`,
        labels: [`label${at} ${marked}`],
        authors: [marked],
        breadcrumbs: [marked],
        fields: { [marked]: marked },
        notices: [marked],
        outline: [{ heading: marked, level: 1, start: 0, end: 10 }],
      },
    );
    return { ...write, similarity: at.toString(16).padStart(16, '0') };
  });
  await store.commit({ source: 'files:hostile', lists, upserts });
}

type Call = readonly [surface: string, method: string, params: object, tools?: 'openai'];
const tool = (name: string, args: object) => ({ name, arguments: args });

/** Every door through which text of this document can come. */
function calls(at: number, pattern: Pattern): Call[] {
  const id = idOf(at, pattern);
  const query = `probe${at}p`;
  return [
    ['search', 'tools/call', tool('search_knowledge', { query })],
    ['search, detailed', 'tools/call', tool('search_knowledge', { query, format: 'detailed' })],
    ['read', 'tools/call', tool('get_document', { id })],
    ['refused section', 'tools/call', tool('get_document', { id, section: MARK })],
    ['refused filter', 'tools/call', tool('search_knowledge', { query, labels: [`label${at}`] })],
    ['refused filter', 'tools/call', tool('search_knowledge', { query, author: [`${MARK}${at}`] })],
    ['facets', 'tools/call', tool('search_knowledge', { query, facets: true })],
    ['similar', 'tools/call', tool('search_knowledge', { query: '', similarTo: id })],
    ['question', 'tools/call', tool('ask_question', { question: `What is ${query}?` })],
    ['summary', 'tools/call', tool('create_summary', { documentIds: [id] })],
    [
      'topics',
      'completion/complete',
      { ref: { type: 'ref/prompt', name: 'research_topic' }, argument: { name: 'topic', value: query } },
    ],
    ['search (openai)', 'tools/call', tool('search', { query }), 'openai'],
    ['fetch (openai)', 'tools/call', tool('fetch', { id }), 'openai'],
    ['resource', 'resources/read', { uri: `fumi://doc/${encodeURIComponent(id)}` }],
    [
      'completion',
      'completion/complete',
      {
        ref: { type: 'ref/resource', uri: 'fumi://doc/{id}' },
        argument: { name: 'id', value: `files:hostile/${at}/` },
      },
    ],
  ];
}

describe('hostile text of documents', () => {
  let folder: string;
  let store: SqliteStore;
  let ask: Ask;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-hostile-'));
    await mkdir(join(folder, 'data'));
    store = await createSqliteStore({ file: join(folder, 'data', 'fumikura.db'), inline: true });
    await fill(store);
    const access = createAccess(store.catalog, createLocalDirectory([READER], [], '1'));
    ask = asker([READER], { access, knowledge: await createKnowledge({ store }) });
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('[content.corpus] comes in 150 ways at least, of every kind', () => {
    assert.ok(PATTERNS.length >= 150, String(PATTERNS.length));
    assert.equal(new Set(PATTERNS.map(({ kind, name }) => `${kind} ${name}`)).size, PATTERNS.length);
    for (const { gone, text, name } of PATTERNS)
      if (gone) assert.match(rendered(text), gone, `${name} would not be noticed`);
  });

  for (const [kind, patterns] of Map.groupBy(PATTERNS, (pattern) => pattern.kind))
    it(`[content.corpus] is disarmed by every door of the protocol: ${kind}`, async () => {
      for (const pattern of patterns) {
        const at = PATTERNS.indexOf(pattern);
        let met = 0;
        for (const [surface, method, params, tools] of calls(at, pattern)) {
          const answer = await ask(READER, method, params, tools);
          for (const { text, field } of stringsOf(answer)) {
            const where = `${kind}, ${pattern.name}, ${surface}, ${field}: ${JSON.stringify(text)}`;
            if (pattern.gone) assert.doesNotMatch(rendered(text), pattern.gone, where);
            if (!text.includes(`${MARK}${at}`)) continue;
            met++;
            assert.match(field, FIELDS, `text of a document in a field of ours: ${where}`);
          }
        }
        assert.ok(met > 10, `${pattern.name} surfaced ${met} times`);
      }
    });

  it('[content.corpus] reaches neither names, descriptions, prompts nor instructions', async () => {
    for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'])
      assert.doesNotMatch(await ask(READER, method, {}), new RegExp(`${MARK}|IGNORE ALL`, 'u'), method);
    const params = { name: 'research_topic', arguments: { topic: 'probe1p' } };
    assert.doesNotMatch(await ask(READER, 'prompts/get', params), new RegExp(MARK, 'u'));
  });

  it('[content.corpus] reads a document by the id that was shown for it', async () => {
    const at = PATTERNS.findIndex(({ kind }) => kind === 'tag characters');
    const answer = await ask(READER, 'tools/call', tool('search_knowledge', { query: `probe${at}p` }));
    const shown = stringsOf(answer).find(
      ({ field, text }) => field === 'id' && text.includes(`hostile%2F${at}%2F`),
    );
    assert.ok(shown, answer);
    assert.match(
      await ask(READER, 'tools/call', tool('get_document', { id: shown.text })),
      new RegExp(`probe${at}p`, 'u'),
    );
  });

  it('[content.corpus] does nothing to a terminal, a log, the audit or what is exported of it', async () => {
    const config = {
      owner: READER,
      data: './data',
      persons: [{ id: READER, name: READER }],
      search: { deadlineMs: 60_000 },
    };
    await writeFile(join(folder, 'fumikura.yaml'), JSON.stringify(config));
    const fumi = async (...args: string[]) => {
      const { stdout, stderr } = await run(process.execPath, [PROGRAM, ...args], { cwd: folder }).catch(
        (error: { stdout: string; stderr: string }) => error,
      );
      assert.doesNotMatch(`${stdout}${stderr}`, TERMINAL, args.join(' '));
      return stdout;
    };
    // What somebody typed is as little to be trusted as what somebody wrote.
    const typed = ALL_SIGNS.text.replaceAll('\u0000', '');
    const asked = [
      ['search', ALL_PROBE],
      ['get', idOf(PATTERNS.length, ALL_SIGNS)],
      ['search', MARK, '--label', `label${PATTERNS.length}`],
      ['search', `${MARK} ${typed}`],
    ];
    for (const args of asked) await Promise.all([fumi(...args), fumi(...args, '--json')]);
    assert.match(await fumi('search', ALL_PROBE), new RegExp(`${MARK}${PATTERNS.length}`, 'u'));
    await fumi('access', 'review', 'files:hostile');
    assert.match(await fumi('audit', 'tail', '--limit', '200'), /cli search/u);
    await fumi('audit', 'search', '--json');
    await fumi('audit', 'export');
    await fumi('audit', 'export', '--format', 'ocsf', '--output', join(folder, 'audit.jsonl'));
    assert.doesNotMatch((await readFile(join(folder, 'audit.jsonl'), 'utf8')).replaceAll('\n', ''), TERMINAL);
    const lines: string[] = [];
    const logger = createLogger('info', (line) => void lines.push(line));
    for (const { text } of PATTERNS) logger.warn('x', { text });
    for (const line of lines) assert.doesNotMatch(line.slice(0, -1), TERMINAL);
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { text: string }).text.toWellFormed()),
      PATTERNS.map(({ text }) => text.toWellFormed()),
      'the value is the same',
    );
  });
});
