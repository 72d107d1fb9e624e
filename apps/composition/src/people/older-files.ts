import { existsSync } from 'node:fs';
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { TOKEN_SPACE } from '@fumikura/access';
import type { PersonalToken } from '@fumikura/access';
import type { Config } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { JsonValue, LinkDecision } from '@fumikura/model';
import type { PeopleStore, SharedState } from '@fumikura/ports';
import { importPeopleFile } from '@fumikura/store-people';

const PEOPLE = 'people.db';
const LINKS = 'links.jsonl';
const TOKENS = 'tokens';
/** What was taken over is kept under this name, and read by nobody. */
const ASIDE = '.imported';

type Place = Pick<Config, 'dataFolder'>;

export function hasOlderFiles({ dataFolder }: Place): boolean {
  return [PEOPLE, LINKS, TOKENS].some((name) => existsSync(join(dataFolder, name)));
}

/** Files that were taken over and lie there still, with what they say of persons. */
export function filesKeptAside({ dataFolder }: Place): readonly string[] {
  return [PEOPLE, LINKS, TOKENS]
    .map((name) => join(dataFolder, `${name}${ASIDE}`))
    .filter((path) => existsSync(path));
}

/**
 * People, decisions and tokens lay in files of the data folder once. Several processes may do it at the same time, and one that
 * broke off is done again: nothing that was closed since is opened by it.
 */
export async function importOlderFiles(
  config: Place,
  state: SharedState,
  people: PeopleStore,
  logger: Logger,
): Promise<void> {
  if (!hasOlderFiles(config)) return;
  const take = async (name: string, work: (path: string) => Promise<Record<string, number>>) => {
    const path = join(config.dataFolder, name);
    if (!existsSync(path)) return;
    const counts = await work(path);
    const aside = await putAside(path);
    logger.warn('people.imported', { from: path, ...counts, ...(aside && { keptAs: aside }) });
  };
  // People first: the store counts its changes from there.
  await take(PEOPLE, async (path) => {
    const taken = await importPeopleFile(state, path);
    return taken ?? { persons: 0, leftOut: 1 };
  });
  await take(LINKS, (path) => importLinks(path, people));
  await take(TOKENS, (path) => importTokens(path, state));
}

async function importLinks(path: string, people: PeopleStore): Promise<{ decisions: number }> {
  const newest = new Map(decisionsIn(await readFile(path, 'utf8'), path).map((each) => [each.account, each]));
  const decisions = await people.change((edit) => {
    const known = new Map(edit.links().map((each) => [each.account, each.at]));
    const news = [...newest.values()].filter(({ account, at }) => (known.get(account) ?? '') < at);
    for (const each of news) edit.decideLink(each);
    return news.length;
  });
  return { decisions };
}

/** @throws AppError STORE_DAMAGED for a whole line that is no decision: it may have closed something */
function decisionsIn(text: string, file: string): LinkDecision[] {
  return text
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => {
      const found = parsed(line);
      const { account, person, at } = (found ?? {}) as Partial<LinkDecision>;
      const isWhole = typeof account === 'string' && typeof at === 'string';
      if (isWhole && ['string', 'undefined'].includes(typeof person)) return found as LinkDecision;
      throw damaged(file);
    });
}

async function importTokens(folder: string, state: SharedState): Promise<{ tokens: number }> {
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{16}\.json$/u.test(name));
  let tokens = 0;
  for (const name of names) {
    const file = join(folder, name);
    const token = parsed(await readFile(file, 'utf8')) as PersonalToken | undefined;
    if (typeof token?.hash !== 'string') throw damaged(file);
    // Of one that is known here only its end is news.
    const isKnown = (await state.get(TOKEN_SPACE, token.id)) !== undefined;
    if (isKnown && token.revokedAt === undefined) continue;
    await state.put(TOKEN_SPACE, { key: token.id, value: token as unknown as JsonValue });
    tokens++;
  }
  return { tokens };
}

/** @returns its new name; undefined where another process was first */
async function putAside(path: string): Promise<string | undefined> {
  try {
    await rename(path, `${path}${ASIDE}`);
    return `${path}${ASIDE}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function damaged(file: string): AppError {
  return new AppError('STORE_DAMAGED', 'internal', `${file} holds what it should not`, {
    publicMessage: `${file} is damaged: restore it from a backup, or remove it and decide again.`,
  });
}
