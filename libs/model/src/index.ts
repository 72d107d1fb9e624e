export { aclKey, NOBODY } from './acl.ts';
export type { Acl, AllowList, AllowListId } from './acl.ts';
export type { Block, BlockPlace, ListItem } from './block.ts';
export type { Chunk, ChunkId, Fingerprint } from './chunk.ts';
export type { Coverage, SourceCoverage } from './coverage.ts';
export type { LinkDecision, RoleDecision } from './decisions.ts';
export type { DirectoryPart, SourceAccount, SourceGroup } from './directory.ts';
export { documentId, isSourceId, splitDocumentId } from './document.ts';
export type {
  BlocksBody,
  ContentBody,
  Document,
  DocumentHead,
  DocumentId,
  JsonValue,
  Language,
  Section,
  SourceDocument,
  SourceId,
} from './document.ts';
export { notReadBody, READ_TYPES, whyNotRead } from './not-read.ts';
export type { FileLimits } from './not-read.ts';
export { historyOf } from './text-history.ts';
export type { EarlierText, TextHistory } from './text-history.ts';
export { isPrincipal } from './principal.ts';
export type { Person, PersonId, Principal } from './principal.ts';
