import type { SimulatedAnswer } from '../kit/simulator.ts';
import { found, parseWords } from '../kit/words.ts';
import { dcContent } from './data-center-answers.ts';
import { refusal } from './paging.ts';
import type { Site } from './server.ts';
import { timeOf } from './world.ts';

const QUERY =
  /^\(title ~ "([^"]+)" OR text ~ "\1"\) AND type in \(([a-z,]+)\)(?: AND space in \(("[^)]*")\))?$/u;

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly text: string;
  readonly space: string;
  readonly changedAt: number;
  readonly version: number;
}

/** A search by words, in order of relevance; undefined when it is another kind of query. */
export function liveSearch(site: Site, url: URL): SimulatedAnswer | undefined {
  const cql = url.searchParams.get('cql') ?? '';
  if (!/\btext ~ /u.test(cql)) return undefined;
  const [, words = '', kinds = '', spaces] = QUERY.exec(cql) ?? [];
  if (words === '') return refusal(400, `Could not parse cql : ${cql}`);
  const keys = spaces?.split(',').map((key) => key.replaceAll('"', ''));
  const entries = [...entriesOf(site)].filter(
    ({ type, space }) => kinds.split(',').includes(type) && (!keys || keys.includes(keyOf(site, space))),
  );
  const limit = Number(url.searchParams.get('limit') ?? 25);
  const hits = found(entries, ({ title, text }) => `${title} ${text}`, parseWords(words)).slice(0, limit);
  const isCloud = site.world.deployment === 'cloud';
  const results = hits.map((each) => (isCloud ? cloudEntry(each) : dcContent(site, each.id, 'version')));
  return {
    status: 200,
    body: { results, start: 0, limit, size: results.length, _links: { base: site.url(), context: '' } },
  };
}

function keyOf({ world }: Site, space: string): string {
  return world.spaces.get(space)?.key ?? '';
}

function* entriesOf({ world, isVisible }: Site): Generator<Entry> {
  const isShown = (id: string) => {
    const content = world.content.get(id);
    return content?.status === 'current' && isVisible(content) ? content : undefined;
  };
  const isIndexed = (changedAt: number) => changedAt <= world.revision - world.searchLag;
  for (const each of world.content.values()) {
    const { id, kind, title, text, space, changedAt, version } = each;
    if (isShown(id) && isIndexed(changedAt)) yield { id, type: kind, title, text, space, changedAt, version };
  }
  for (const each of world.attachments.values()) {
    const { id, title, bytes, container, changedAt, version } = each;
    const space = isShown(container)?.space;
    const text = Buffer.from(bytes).toString('utf8');
    if (space !== undefined && isIndexed(changedAt))
      yield { id, type: 'attachment', title, text, space, changedAt, version };
  }
  for (const each of world.comments.values()) {
    const { id, text, container, changedAt, version } = each;
    const page = isShown(container);
    if (page && isIndexed(changedAt))
      yield { id, type: 'comment', title: `Re: ${page.title}`, text, space: page.space, changedAt, version };
  }
}

function cloudEntry({ id, type, title, changedAt, version }: Entry) {
  return {
    id,
    type,
    status: 'current',
    title,
    version: { when: timeOf(changedAt), number: version, minorEdit: false },
    macroRenderedOutput: {},
    extensions: {},
    _expandable: {},
    _links: {},
  };
}
