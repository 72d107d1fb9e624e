export type {
  DocumentPage,
  Hit,
  HitSummary,
  Knowledge,
  KnowledgeQuery,
  ReadRequest,
  SearchPage,
  Snippet,
  SourceSummary,
} from './types.ts';
