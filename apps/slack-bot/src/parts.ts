import type { Logger } from '@fumikura/logging';
import type { PersonId } from '@fumikura/model';
import type { SharedState } from '@fumikura/ports';
import type { WebClient } from '@slack/web-api';
import type { Desk, Place } from './desk.ts';
import type { FairQueue } from './fair-queue.ts';
import type { AccountKey, Identity } from './identity.ts';
import type { Work } from './inbox.ts';
import type { Links } from './links.ts';
import type { Replies } from './replies.ts';
import type { Language } from './texts.ts';
import type { WorkspaceFacts } from './workspaces.ts';

/** What every part of the bot works with. */
export interface Parts {
  readonly desk: Desk;
  readonly state: SharedState;
  readonly identity: Identity;
  readonly links: Links;
  readonly replies: Replies;
  readonly queue: FairQueue;
  readonly logger: Logger;
  readonly questionsPerHour: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Where people sign in for a code; absent: by the command alone. */
  readonly signInUrl?: string;
  /** How a person is called in messages to themselves. */
  readonly nameOf: (person: PersonId) => string;
}

/** One thing that somebody did in Slack, by somebody who may use the bot. */
export interface Act {
  readonly parts: Parts;
  readonly client: WebClient;
  readonly workspace: WorkspaceFacts;
  readonly place: Place;
  /** By which whoever did it is linked. */
  readonly account: AccountKey;
  /** Where answers go within the conversation. */
  readonly threadTs?: string;
  readonly person: PersonId;
  readonly language: Language;
  readonly work: Work;
}
