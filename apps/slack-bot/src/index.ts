export { startSlackBot } from './bot.ts';
export type { SlackBot, SlackBotOptions } from './bot.ts';
export type { Connection } from './connection.ts';
export { checkSlack } from './check.ts';
export type { SlackFinding } from './check.ts';
export type { BotEvent, Desk, DocumentCard, Place, Question } from './desk.ts';
export { createLinks } from './links.ts';
export type { Link, Links } from './links.ts';
export { scopesFor, slackManifest } from './manifest.ts';
export { createReplies } from './replies.ts';
export type { Feedback } from './replies.ts';
export { keptWorkspaces } from './kept-workspaces.ts';
export type { KeptWorkspaces } from './kept-workspaces.ts';
export { installAddress, singleWorkspace } from './workspaces.ts';
export type { Workspaces } from './workspaces.ts';
export { answerBlocks, answerTail, claimBlock } from './render/answer.ts';
export { Room } from './render/blocks.ts';
export {
  commentView,
  homeView,
  searchBlocks,
  signInBlocks,
  summaryBlocks,
  unfurlBlocks,
} from './render/pages.ts';
export { proposalBlocks, sharedBlocks } from './render/share.ts';
