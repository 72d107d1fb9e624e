import type {
  AccessGrant,
  Catalog,
  IndexBatch,
  SearchIndex,
  SearchRequest,
  StoreBatch,
} from '@fumikura/ports';
import type { StoreCore } from '../store-core.ts';

type Args<M extends keyof Catalog> = Parameters<Catalog[M]>;
type ShouldStop = () => boolean;

/** Everything the store does, by name; arguments and results survive a structured clone, filters come as grants. */
export const OPERATIONS = {
  commit: (core: StoreCore, batch: StoreBatch) => core.commit(batch),
  writeIndex: (core: StoreCore, batch: IndexBatch) => core.writeIndex(batch),
  search: (core: StoreCore, request: SearchRequest, grant: AccessGrant, shouldStop: ShouldStop) =>
    core.index.search(request, grant, shouldStop),
  stats: (core: StoreCore) => core.stats(),
  useFingerprint: (core: StoreCore, fingerprint: Parameters<SearchIndex['useFingerprint']>[0]) =>
    core.index.useFingerprint(fingerprint),
  maintainStep: (core: StoreCore) => core.maintainStep(),
  check: (core: StoreCore, shouldStop: ShouldStop) => core.check(shouldStop),
  rebuild: (core: StoreCore) => core.rebuild(),
  ensureSource: (core: StoreCore, id: Args<'ensureSource'>[0]) => core.sync.ensureSource(id),
  sources: (core: StoreCore) => core.sync.sources(),
  removeSource: (core: StoreCore, id: Args<'removeSource'>[0]) => core.removeSource(id),
  readable: (core: StoreCore, ids: Args<'readable'>[0], grant: AccessGrant) => core.readable(ids, grant),
  text: (core: StoreCore, id: Args<'text'>[0], grant: AccessGrant) => core.text(id, grant),
  passages: (core: StoreCore, wanted: Args<'passages'>[0], grant: AccessGrant) =>
    core.passages(wanted, grant),
  fieldValues: (core: StoreCore, field: Args<'fieldValues'>[0], grant: AccessGrant, limit: number) =>
    core.fieldValues(field, grant, limit),
  known: (core: StoreCore, ids: Args<'known'>[0]) => core.documents.known(ids),
  listIds: (core: StoreCore, ...[source, after, limit]: Args<'listIds'>) =>
    core.documents.listIds(source, after ?? '', limit),
  accessVersion: (core: StoreCore) => core.acls.version(),
  readableAcls: (core: StoreCore, principals: Args<'readableAcls'>[0]) => core.readableAcls(principals),
  putLists: (core: StoreCore, lists: Args<'putLists'>[0]) => core.putLists(lists),
  lists: (core: StoreCore, ids: Args<'lists'>[0]) => core.acls.lists(ids),
  checkpoint: (core: StoreCore, source: Args<'checkpoint'>[0]) => core.sync.checkpoint(source),
  clearCheckpoint: (core: StoreCore, source: Args<'clearCheckpoint'>[0]) =>
    core.sync.setCheckpoint(source, undefined),
  acquireLease: (core: StoreCore, ...[source, holder, ttlMs]: Args<'acquireLease'>) =>
    core.sync.acquireLease(source, holder, ttlMs),
  renewLease: (core: StoreCore, ...[lease, ttlMs]: Args<'renewLease'>) => core.sync.renewLease(lease, ttlMs),
  releaseLease: (core: StoreCore, lease: Args<'releaseLease'>[0]) => core.sync.releaseLease(lease),
  putRun: (core: StoreCore, run: Args<'putRun'>[0]) => core.sync.putRun(run),
  runs: (core: StoreCore, ...[source, limit]: Args<'runs'>) => core.sync.runs(source, limit),
  deadLetters: (core: StoreCore, ...[source, limit]: Args<'deadLetters'>) =>
    core.sync.deadLetters(source, limit),
  setting: (core: StoreCore, name: string, value: string) => core.sync.setting(name, value),
};
