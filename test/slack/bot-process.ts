// node test/slack/bot-process.ts <job as JSON>: the bot as a process of its own, over a catalog that others share.
// Prints one line of JSON when it takes deliveries; SIGTERM ends it.
import { silentLogger } from '@fumikura/logging';
import type { DocumentId } from '@fumikura/model';
import { singleWorkspace, startSlackBot } from '@fumikura/slack-bot';
import type { Connection } from '@fumikura/slack-bot';
import { createScriptedDesk } from './scripted-desk.ts';
import type { DeskDocument } from './scripted-desk.ts';
import { openShared } from './shared-state.ts';
import type { StateAddress } from './shared-state.ts';

export interface BotJob {
  readonly state: StateAddress;
  readonly connection: Connection;
  readonly apiUrl: string;
  readonly team: string;
  readonly token: string;
  readonly documents: readonly (Omit<DeskDocument, 'readers' | 'id'> & {
    readonly id: string;
    readonly readers: readonly string[];
  })[];
  /** Before each claim of an answer. */
  readonly claimMs: number;
  readonly leaseMs: number;
}

const {
  state: where,
  documents,
  claimMs,
  team,
  token,
  ...options
} = JSON.parse(process.argv[2] ?? '') as BotJob;
const { state, close } = await openShared(where);
const desk = createScriptedDesk(
  documents.map((each) => ({ ...each, id: each.id as DocumentId, readers: new Set(each.readers) })),
);
desk.claimMs = claimMs;
const bot = await startSlackBot({
  ...options,
  ...{ desk, state, logger: silentLogger },
  workspaces: singleWorkspace(token, options.apiUrl),
  configured: (asked, user) => (asked === team ? { issuer: 'local', subject: user } : undefined),
});
process.once('SIGTERM', () => void bot.stop().then(close));
process.stdout.write(`${JSON.stringify({ url: bot.url })}\n`);
