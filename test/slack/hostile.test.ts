import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PATTERNS } from '../hostile/patterns.ts';
import { faultsOf, messagesOf, nodesIn } from './rendered.ts';

/** What a person cannot see or a terminal obeys; what Slack takes for markup is judged by the kind of each element. */
const UNSEEN = new Set(['invisible', 'tag characters', 'direction', 'terminal']);
/** As Slack's own texts are written; in elements of plain text they are signs like others. */
const MARKUP = [
  ['ping of a channel', '<!channel> <!here> <!everyone> <!subteam^S012AB3CD|@board>'],
  ['mention', '<@U012AB3CD> <#C012AB3CD|general>'],
  ['link', '<https://evil.example/?q=secret|Sign in again>'],
  ['emoji', ':rotating_light: '.repeat(50)],
  ['format', '*bold* _italic_ ~gone~ `code` ```block``` >quote'],
  ['date', '<!date^1392734382^{date_num}^https://evil.example|today>'],
] as const;

const documents = [
  ...PATTERNS.map(({ kind, name, text }) => ({ kind, name, text })),
  ...MARKUP.map(([name, text]) => ({ kind: 'markup', name, text })),
].map((each, at) => ({ ...each, id: `hostile/${at}/${each.text.replaceAll('/', '_').toWellFormed()}` }));

/** Every text and address in it, also such that an element takes as an argument. */
function stringsIn(value: unknown): string[] {
  return nodesIn(JSON.parse(JSON.stringify(value))).flatMap((node) =>
    Object.values(node).filter((each): each is string => typeof each === 'string'),
  );
}

describe('hostile text in messages of the bot', () => {
  for (const { kind, name, text, id } of documents)
    it(`[content.slack] ${kind}: ${name.replaceAll(/[^\w +-]/gu, '·')}`, () => {
      // With an address of its source, and with one that somebody wrote.
      const group = [
        { id, title: text, text },
        { id: `${id}/other`, title: text, text, url: text },
      ];
      const gone = PATTERNS.find((pattern) => pattern.text === text)?.gone;
      for (const language of ['en', 'ja'] as const)
        for (const message of messagesOf(group, language)) {
          assert.deepEqual(faultsOf(message), [], message.kind);
          const nodes = nodesIn(JSON.parse(JSON.stringify(message.value)));
          for (const { type, url, user_id: user } of nodes) {
            if (type === 'user') assert.equal(user, 'U1', 'only who shares is named');
            if (url === undefined) continue;
            // Links lead to documents alone, and to where people sign in.
            assert.match(String(url), /^https?:\/\//u, message.kind);
            const { host, href } = new URL(String(url));
            const isOurs = ['wiki.example', 'fumi.example.com'].includes(host);
            assert.ok(
              isOurs || (URL.canParse(text) && new URL(text).href === href),
              `${message.kind}: ${href}`,
            );
          }
          if (gone && UNSEEN.has(kind))
            for (const said of stringsIn(message.value)) assert.doesNotMatch(said, gone, message.kind);
        }
    });

  it('[content.slack] knows the kinds of what cannot be seen', () => {
    for (const kind of UNSEEN)
      assert.ok(
        PATTERNS.some((pattern) => pattern.kind === kind && pattern.gone),
        kind,
      );
  });
});
