import { randomBytes } from 'node:crypto';
import type { Answer } from '@fumikura/answering';
import type { JsonValue, PersonId } from '@fumikura/model';
import type { SharedState } from '@fumikura/ports';

const REPLIES = 'slack.reply';
const RECENT = 'slack.recent';
const FEEDBACK = 'slack.feedback';
const KEPT_MS = 24 * 60 * 60_000;
const RECENT_KEPT_MS = 30 * KEPT_MS;
const RECENT_QUESTIONS = 10;

/** What the buttons below an answer refer to. */
export interface Reply {
  readonly team: string;
  readonly channel: string;
  readonly threadTs?: string;
  readonly user: string;
  readonly person: PersonId;
  readonly question: string;
  readonly kind: 'answer' | 'search';
  readonly answer?: Answer;
  /** Where the next page of results begins. */
  readonly cursor?: string;
}

export interface Feedback {
  readonly verdict: 'helpful' | 'wrong' | 'outdated';
  readonly question: string;
  readonly documents: readonly string[];
  readonly comment?: string;
  readonly by: string;
  /** Who that account was then; not in what older versions kept. */
  readonly person?: PersonId;
  /** ISO 8601. */
  readonly at: string;
}

/** What is kept of conversations: a day for the buttons, a month for a person's own list of questions. */
export interface Replies {
  keep(reply: Reply): Promise<string>;
  /** The same id again. */
  change(id: string, reply: Reply): Promise<void>;
  get(id: string): Promise<Reply | undefined>;
  /** The last one first. */
  recent(team: string, user: string): Promise<readonly { readonly text: string; readonly at: string }[]>;
  asked(question: {
    readonly team: string;
    readonly user: string;
    readonly person: PersonId;
    readonly text: string;
  }): Promise<void>;
  putFeedback(reply: string, feedback: Feedback): Promise<void>;
  feedback(): Promise<readonly Feedback[]>;
}

export function createReplies(state: SharedState, now: () => number = Date.now): Replies {
  const put = async (id: string, reply: Reply) => {
    await state.put(REPLIES, {
      key: id,
      value: reply as unknown as JsonValue,
      expiresAt: now() + KEPT_MS,
    });
    return id;
  };
  const recentOf = async (team: string, user: string) => {
    const entry = await state.get(RECENT, `${team}/${user}`);
    return { entry, list: (entry?.value ?? []) as unknown as { text: string; at: string }[] };
  };
  return {
    keep: (reply) => put(randomBytes(12).toString('base64url'), reply),
    change: async (id, reply) => void (await put(id, reply)),
    get: async (id) => (await state.get(REPLIES, id))?.value as unknown as Reply | undefined,
    recent: async (team, user) => (await recentOf(team, user)).list,
    asked: async ({ team, user, person: { issuer, subject }, text }) => {
      const at = new Date(now()).toISOString();
      const question = { text: text.slice(0, 300), at, person: { issuer, subject } };
      for (;;) {
        const { entry, list } = await recentOf(team, user);
        const put = await state.put(RECENT, {
          key: `${team}/${user}`,
          value: [question, ...list].slice(0, RECENT_QUESTIONS),
          expected: entry?.version ?? 0,
          expiresAt: now() + RECENT_KEPT_MS,
        });
        if (put) return;
      }
    },
    putFeedback: async (reply, feedback) => {
      await state.put(FEEDBACK, { key: reply, value: feedback as unknown as JsonValue });
    },
    feedback: async () => {
      const entries = await state.list(FEEDBACK, { limit: 100_000 });
      return entries.map(({ value }) => value as unknown as Feedback);
    },
  };
}
