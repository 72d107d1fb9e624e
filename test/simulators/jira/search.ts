import type { SimulatedAnswer } from '../kit/simulator.ts';
import { found as holding } from '../kit/words.ts';
import { isShown, parseJql, RefusedQuery, shownUpdate } from './jql.ts';
import type { Query } from './jql.ts';
import { weSee } from './oracle.ts';
import { ok, refusal } from './replies.ts';
import type { JiraWorld, SimulatedIssue } from './world.ts';

export interface SearchLimits {
  /** Issues of a page when only ids are asked for; default 5,000. */
  readonly idsAPage: number;
  /** Issues of a page when any field is; default 100. */
  readonly issuesAPage: number;
  /** Data Center: how far a result may be paged; default 10,000. */
  readonly window: number;
}

interface TokenSearch {
  readonly jql?: string;
  readonly fields?: readonly string[];
  readonly maxResults?: number;
  readonly nextPageToken?: string;
}

interface OffsetSearch {
  readonly jql?: string;
  readonly startAt?: number;
  readonly maxResults?: number;
  readonly fields?: readonly string[];
  readonly expand?: readonly string[];
}

export interface Search {
  byToken(body: unknown): SimulatedAnswer;
  byOffset(body: unknown): SimulatedAnswer;
  count(body: unknown): SimulatedAnswer;
}

/** Searches see what our account sees, as far as the index knows it. */
export function createSearch(
  world: JiraWorld,
  answer: (issue: SimulatedIssue, fields: readonly string[], expand: readonly string[]) => unknown,
  { idsAPage = 5_000, issuesAPage = 100, window = 10_000 }: Partial<SearchLimits>,
): Search {
  const valueOf = (issue: SimulatedIssue, by: Query['order']) =>
    by === 'id' ? Number(issue.id) : by === 'updated' ? shownUpdate(world, issue) : issue.created;
  const ordered = (jql: string) => {
    const { fits, order, words } = parseJql(world, jql);
    const found = [...world.issues.values()].filter(
      (issue) => isShown(world, issue) && fits(issue) && weSee(world, issue),
    );
    if (words) return { found: holding(found, textOf, words), order };
    found.sort((a, b) => valueOf(a, order) - valueOf(b, order) || Number(a.id) - Number(b.id));
    return { found, order };
  };
  const guarded = (work: () => SimulatedAnswer): SimulatedAnswer => {
    try {
      return work();
    } catch (error) {
      if (error instanceof RefusedQuery) return refusal(400, error.message);
      throw error;
    }
  };
  return {
    byToken: (body) =>
      guarded(() => {
        const { jql = '', fields = [], maxResults = 50, nextPageToken } = body as TokenSearch;
        if (maxResults < 1 || maxResults > 5_000)
          return refusal(400, 'maxResults must be between 1 and 5000.');
        const isIdsOnly = fields.length === 0 || fields.every((field) => field === 'id' || field === 'key');
        const token = nextPageToken === undefined ? undefined : readToken(nextPageToken);
        // Bound to the query that made it.
        if (nextPageToken !== undefined && (token?.jql !== jql || token.fields !== fields.join()))
          return refusal(400, 'The nextPageToken is invalid or has expired.');
        const { found, order } = ordered(jql);
        const rest = token
          ? found.filter((each) => isAfter([valueOf(each, order), Number(each.id)], token.after))
          : found;
        const part = rest.slice(0, Math.min(maxResults, isIdsOnly ? idsAPage : issuesAPage));
        const last = part.at(-1);
        const isMore = last !== undefined && part.length < rest.length;
        const next =
          last && writeToken({ jql, fields: fields.join(), after: [valueOf(last, order), Number(last.id)] });
        return ok({
          issues: part.map((each) => (isIdsOnly ? { id: each.id } : answer(each, fields, []))),
          // Seen to be wrong in the wild: the token alone tells.
          isLast: false,
          ...(isMore && { nextPageToken: next }),
        });
      }),
    byOffset: (body) =>
      guarded(() => {
        const {
          jql = '',
          startAt = 0,
          maxResults = 50,
          fields = ['*navigable'],
          expand = [],
        } = body as OffsetSearch;
        if (startAt + maxResults > window) return refusal(400, `The result window is limited to ${window}.`);
        const { found } = ordered(jql);
        const size = Math.min(maxResults, 1_000);
        const issues = found.slice(startAt, startAt + size).map((each) => answer(each, fields, expand));
        return ok({ startAt, maxResults: size, maxResultWindow: window, total: found.length, issues });
      }),
    count: (body) => guarded(() => ok({ count: ordered((body as TokenSearch).jql ?? '').found.length })),
  };
}

function textOf({ key, summary, description, comments }: SimulatedIssue): string {
  return [key, summary, description, ...comments.map(({ text }) => text)].join(' ');
}

interface Token {
  readonly jql: string;
  readonly fields: string;
  readonly after: readonly [number, number];
}

function writeToken(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readToken(text: string): Token | undefined {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Token;
  } catch {
    return undefined;
  }
}

function isAfter(
  [value, id]: readonly [number, number],
  [after, afterId]: readonly [number, number],
): boolean {
  return value > after || (value === after && id > afterId);
}
