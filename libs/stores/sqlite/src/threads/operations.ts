import { AppError } from '@fumikura/errors';
import type {
  AccessGrant,
  Catalog,
  EmbeddingStore,
  FacetRequest,
  IndexBatch,
  IndexExplorer,
  KnownAnswer,
  SearchIndex,
  SearchRequest,
  SharedState,
  StoreBatch,
} from '@fumikura/ports';
import type { StoreCore } from '../store-core.ts';

type Args<M extends Exclude<keyof Catalog, 'state'>> = Parameters<Catalog[M]>;
type StateArgs<M extends keyof SharedState> = Parameters<SharedState[M]>;
type EmbedArgs<M extends keyof EmbeddingStore> = Parameters<EmbeddingStore[M]>;

/** What comes with a call beside its arguments. */
export interface CallContext {
  readonly grant: AccessGrant | undefined;
  readonly shouldStop: () => boolean;
}

/** Everything the store does, by name; arguments and results survive a structured clone, filters come as grants. */
export const OPERATIONS = {
  open: (core: StoreCore) => ({ isRebuildRequired: core.isRebuildRequired() }),
  commit: (core: StoreCore, _: CallContext, batch: StoreBatch) => core.commit(batch),
  writeIndex: (core: StoreCore, _: CallContext, batch: IndexBatch) => core.writeIndex(batch),
  search: (core: StoreCore, context: CallContext, request: SearchRequest) =>
    core.index.search(request, caller(context), context.shouldStop),
  changesSince: (core: StoreCore, context: CallContext, answer: KnownAnswer) =>
    core.index.changesSince(answer, caller(context)),
  complete: (core: StoreCore, context: CallContext, request: Parameters<IndexExplorer['complete']>[0]) =>
    core.index.explore((explorer) => explorer.complete(request, caller(context))),
  words: (core: StoreCore, context: CallContext, request: Parameters<IndexExplorer['words']>[0]) =>
    core.index.explore((explorer) => explorer.reports(request, caller(context))),
  longForms: (core: StoreCore, context: CallContext, request: Parameters<IndexExplorer['longForms']>[0]) =>
    core.index.explore((explorer) => explorer.longForms(request, caller(context))),
  facets: (core: StoreCore, context: CallContext, request: FacetRequest) =>
    core.index.explore((explorer) => explorer.facets(request, caller(context))),
  rarity: (core: StoreCore, _: CallContext, terms: readonly string[]) =>
    core.index.explore((explorer) => explorer.rarity(terms)),
  stats: (core: StoreCore) => core.stats(),
  useFingerprint: (
    core: StoreCore,
    _: CallContext,
    fingerprint: Parameters<SearchIndex['useFingerprint']>[0],
  ) => core.index.useFingerprint(fingerprint),
  maintainStep: (core: StoreCore) => core.maintainStep(),
  check: (core: StoreCore, { shouldStop }: CallContext) => core.check(shouldStop),
  beginRebuild: (core: StoreCore) => core.beginRebuild(),
  rebuildStep: (core: StoreCore) => core.rebuildStep(),
  ensureSource: (core: StoreCore, _: CallContext, id: Args<'ensureSource'>[0]) => core.sync.ensureSource(id),
  putCheck: (core: StoreCore, _: CallContext, ...[id, check]: Args<'putCheck'>) =>
    core.sync.putCheck(id, check),
  sources: (core: StoreCore) => core.sync.sources(),
  removeSource: (core: StoreCore, _: CallContext, id: Args<'removeSource'>[0]) => core.removeSource(id),
  readable: (core: StoreCore, context: CallContext, ids: Args<'readable'>[0]) =>
    core.reads.readable(ids, caller(context)),
  text: (core: StoreCore, context: CallContext, id: Args<'text'>[0]) => core.reads.text(id, caller(context)),
  passages: (core: StoreCore, context: CallContext, wanted: Args<'passages'>[0]) =>
    core.reads.passages(wanted, caller(context)),
  fieldValues: (core: StoreCore, context: CallContext, field: Args<'fieldValues'>[0], limit: number) =>
    core.reads.fieldValues(field, caller(context), limit),
  known: (core: StoreCore, _: CallContext, ids: Args<'known'>[0]) => core.documents.known(ids),
  listIds: (core: StoreCore, _: CallContext, ...[source, after, limit]: Args<'listIds'>) =>
    core.documents.listIds(source, after ?? '', limit),
  accessVersion: (core: StoreCore) => core.acls.version(),
  readableAcls: (core: StoreCore, _: CallContext, principals: Args<'readableAcls'>[0]) =>
    core.readableAcls(principals),
  putLists: (core: StoreCore, _: CallContext, lists: Args<'putLists'>[0]) => core.putLists(lists),
  lists: (core: StoreCore, _: CallContext, ids: Args<'lists'>[0]) => core.acls.lists(ids),
  accessHistory: (core: StoreCore, _: CallContext, ...[since, document]: Args<'accessHistory'>) =>
    core.history.since(since, (id) => core.acls.aclOf(id), document),
  renameInAccessHistory: (core: StoreCore, _: CallContext, ...renamed: Args<'renameInAccessHistory'>) =>
    core.renameInAccessHistory(...renamed),
  stageDirectory: (core: StoreCore, _: CallContext, ...[source, run, part]: Args<'stageDirectory'>) =>
    core.stageDirectory(source, run, part),
  completeDirectory: (core: StoreCore, _: CallContext, ...[source, run, lease]: Args<'completeDirectory'>) =>
    core.completeDirectory(source, run, lease),
  directories: (core: StoreCore) => core.directory.records(),
  directoryVersion: (core: StoreCore) => core.directory.version(),
  accounts: (core: StoreCore, _: CallContext, ...[principals, emails]: Args<'accounts'>) =>
    core.directory.accounts(principals, emails),
  withGroups: (core: StoreCore, _: CallContext, principals: Args<'withGroups'>[0]) =>
    core.directory.withGroups(principals),
  checkpoint: (core: StoreCore, _: CallContext, ...[source, of = 'content']: Args<'checkpoint'>) =>
    core.sync.checkpoint(source, of),
  clearCheckpoint: (core: StoreCore, _: CallContext, ...[source, of = 'content']: Args<'clearCheckpoint'>) =>
    core.sync.setCheckpoint(source, undefined, of),
  acquireLease: (core: StoreCore, _: CallContext, ...[source, holder, ttlMs]: Args<'acquireLease'>) =>
    core.sync.acquireLease(source, holder, ttlMs),
  renewLease: (core: StoreCore, _: CallContext, ...[lease, ttlMs]: Args<'renewLease'>) =>
    core.sync.renewLease(lease, ttlMs),
  releaseLease: (core: StoreCore, _: CallContext, lease: Args<'releaseLease'>[0]) =>
    core.sync.releaseLease(lease),
  putRun: (core: StoreCore, _: CallContext, run: Args<'putRun'>[0]) => core.sync.putRun(run),
  runs: (core: StoreCore, _: CallContext, ...[source, limit]: Args<'runs'>) => core.sync.runs(source, limit),
  deadLetters: (core: StoreCore, _: CallContext, ...[source, limit]: Args<'deadLetters'>) =>
    core.sync.deadLetters(source, limit),
  jobs: (core: StoreCore) => core.jobs.jobs(),
  putJob: (core: StoreCore, _: CallContext, job: Args<'putJob'>[0]) => core.jobs.put(job),
  request: (core: StoreCore, _: CallContext, ...[source, news]: Args<'request'>) =>
    core.jobs.request(source, news),
  requested: (core: StoreCore, _: CallContext, ...[source, limit]: Args<'requested'>) =>
    core.jobs.requested(source, limit),
  met: (core: StoreCore, _: CallContext, seqs: readonly number[]) => core.jobs.met(seqs),
  getState: (core: StoreCore, _: CallContext, ...args: StateArgs<'get'>) => core.state.get(...args),
  putState: (core: StoreCore, _: CallContext, ...args: StateArgs<'put'>) => core.state.put(...args),
  changeState: (core: StoreCore, _: CallContext, ...args: StateArgs<'change'>) => core.state.change(...args),
  listState: (core: StoreCore, _: CallContext, ...args: StateArgs<'list'>) => core.state.list(...args),
  removeState: (core: StoreCore, _: CallContext, ...args: StateArgs<'remove'>) => core.state.remove(...args),
  bindEmbedder: (core: StoreCore, _: CallContext, fingerprint: EmbedArgs<'bind'>[0]) =>
    core.embed((tables) => tables.bind(fingerprint)),
  embedWaiting: (core: StoreCore, _: CallContext, chunks: number) => core.embeddings.waiting(chunks),
  knownVectors: (core: StoreCore, _: CallContext, ...[fingerprint, hashes]: EmbedArgs<'known'>) =>
    core.embeddings.vectors.get(fingerprint, hashes),
  keepVectors: (core: StoreCore, _: CallContext, ...args: EmbedArgs<'keep'>) =>
    core.embed((tables) => tables.keep(...args)),
  putVectors: (core: StoreCore, _: CallContext, ...args: EmbedArgs<'put'>) =>
    core.embed((tables) => tables.put(...args)),
  embedSpent: (core: StoreCore, _: CallContext, day: string) => core.embeddings.spent(day),
  embedStatus: (core: StoreCore) => core.embeddings.status(),
  embedRefusals: (core: StoreCore, _: CallContext, limit: number) => core.embeddings.refusals(limit),
  retryRefused: (core: StoreCore) => core.embed((tables) => tables.retryRefused()),
  setEmbedPaused: (core: StoreCore, _: CallContext, isPaused: boolean) =>
    core.embed((tables) => tables.setState('paused', isPaused)),
  setEmbedProblem: (core: StoreCore, _: CallContext, problem: EmbedArgs<'setProblem'>[0]) =>
    core.embed((tables) => tables.setState('problem', problem)),
  setEmbedRate: (core: StoreCore, _: CallContext, rate: EmbedArgs<'setRate'>[0]) =>
    core.embed((tables) => tables.setState('rate', rate)),
  pruneVectors: (core: StoreCore) => core.pruneVectors(),
  exportDocuments: (core: StoreCore, _: CallContext, ids: Args<'known'>[0]) => core.exportDocuments(ids),
  exportLists: (core: StoreCore) => core.exportLists(),
  exportDirectory: (core: StoreCore, _: CallContext, source: Args<'checkpoint'>[0]) =>
    core.directory.part(source),
  exportSettings: (core: StoreCore) => core.sync.settings(),
  setting: (core: StoreCore, _: CallContext, name: string) => core.sync.setting(name),
  makeSetting: (core: StoreCore, _: CallContext, name: string, value: string) =>
    core.sync.makeSetting(name, value),
};

export type OperationName = keyof typeof OPERATIONS;

/** Runs one call by its name. */
export function perform(
  core: StoreCore,
  name: OperationName,
  args: readonly unknown[],
  context: CallContext,
): unknown {
  const operation = OPERATIONS[name] as (
    core: StoreCore,
    context: CallContext,
    ...args: readonly unknown[]
  ) => unknown;
  return operation(core, context, ...args);
}

/** A call that lost its grant on the way is nobody's, and is refused. */
function caller({ grant }: CallContext): AccessGrant {
  if (grant) return grant;
  throw new AppError('ACCESS_FILTER_INVALID', 'internal', 'a call without an access filter');
}
