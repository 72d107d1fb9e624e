import type { AuditAction } from '@fumikura/audit';
import type { ChunkerOptions } from '@fumikura/composition';

/** What each command is given beside its arguments, as the command line names it. */

export interface AddOptions {
  readonly name?: string;
  readonly reader?: readonly string[];
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

export interface DeadLetterOptions {
  readonly retry?: boolean;
}

export interface SyncOptions {
  readonly retryFailed?: boolean;
  readonly full?: boolean;
  readonly permissions?: boolean;
  readonly directory?: boolean;
  readonly dryRun?: boolean;
  readonly allowRemovals?: boolean;
  readonly watch?: boolean;
  readonly embed?: boolean;
}

export interface SearchOptions {
  readonly limit?: number;
  readonly source?: readonly string[];
  readonly kind?: readonly string[];
  readonly language?: readonly string[];
  readonly author?: readonly string[];
  readonly label?: readonly string[];
  readonly space?: readonly string[];
  readonly after?: string;
  readonly before?: string;
  readonly cursor?: string;
  readonly explain?: boolean;
  readonly facets?: boolean;
  readonly live?: boolean;
  readonly group?: boolean;
  /** Of `fumi similar`: the document that the hits are to be like. */
  readonly similarTo?: string;
}

export interface SuggestOptions {
  readonly limit?: number;
}

export interface AskOptions {
  readonly source?: readonly string[];
  readonly context?: string;
  readonly model?: boolean;
}

export interface SummarizeOptions {
  readonly source?: readonly string[];
  readonly focus?: string;
  readonly length?: number;
  readonly since?: string;
  readonly model?: boolean;
}

export interface GetOptions {
  readonly section?: string;
  readonly outline?: boolean;
  readonly maxTokens?: number;
  readonly cursor?: string;
}

export interface UpOptions {
  readonly host?: string;
  readonly port?: number;
  readonly watch: boolean;
}

export interface ServerOptions {
  readonly host?: string;
  readonly port?: number;
}

export interface WorkerOptions {
  readonly host?: string;
  /** Where its health is asked; nowhere unless given. */
  readonly port?: number;
}

export interface StartOptions {
  readonly port?: number;
  readonly serve: boolean;
}

export interface DemoOptions extends StartOptions {
  readonly folder?: string;
  /** Person id of the company's askers. */
  readonly as?: string;
}

export interface AddModelOptions {
  readonly name?: string;
  readonly replace?: boolean;
}

export interface PullModelOptions {
  readonly mirror?: string;
  readonly replace?: boolean;
}

export interface EmbedAddOptions {
  readonly url?: string;
  readonly keyEnv?: string;
  readonly dimensions?: number;
  readonly price?: number;
  readonly tokensPerDay?: number;
  readonly workers?: number;
  readonly nativeFrom?: string;
}

export interface EvalOptions {
  readonly corpus?: string;
  readonly queries?: number;
  readonly compare?: string;
  readonly output?: string;
  readonly embedder: string;
  readonly workers?: number;
  readonly runtime?: 'auto' | 'native' | 'wasm';
  readonly nativeFrom?: string;
  readonly vectors?: string;
  readonly weight?: number;
  readonly synonyms?: string;
  readonly boostLinks?: number;
  readonly rerank: string;
  readonly baseline?: 'bm25';
  readonly bound?: number;
  readonly chunks?: ChunkerOptions;
  readonly worst?: number;
  readonly slices?: boolean;
  readonly answers?: boolean;
  readonly fit?: string;
}

export interface IndexRebuildOptions {
  readonly embedder?: string | true;
  readonly engine?: string;
  readonly chunks?: ChunkerOptions;
}

export interface EvalMakeOptions {
  readonly questions?: string;
  readonly depth?: number;
}

export interface AuditSearchOptions {
  readonly since?: string;
  readonly until?: string;
  readonly person?: string;
  readonly document?: string;
  readonly action?: AuditAction;
  readonly outcome?: 'done' | 'refused' | 'failed';
  readonly limit?: number;
  readonly follow?: boolean;
}

export interface AuditVerifyOptions {
  readonly anchor?: readonly string[];
  readonly publicKey?: string;
}

export interface AuditExportOptions extends AuditSearchOptions {
  readonly format: 'ocsf' | 'records';
  readonly output?: string;
}

export interface SlackCodeOptions {
  readonly for?: string;
}

export interface SlackManifestOptions {
  readonly url?: string;
}

export interface TokenOptions {
  readonly person?: string;
  readonly scope?: readonly string[];
  readonly days?: number;
}

export interface PlanOptions {
  readonly documents: number;
  readonly people: number;
  readonly chunksPerDocument: number;
  readonly embedder: 'none' | 'local-wasm' | 'local-native' | 'openai';
  readonly dimension?: number;
  readonly price: number;
  readonly questions: number;
  readonly readerSets: number;
}
