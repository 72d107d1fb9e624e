import { AppError } from '@fumikura/errors';
import type { Change } from '@fumikura/ports';
import type { ContentBody } from '@fumikura/model';
import { readArchive } from './archive.ts';
import type { Repository, TreeEntry } from './github-types.ts';
import { whyContentLeftOut, whyLeftOut } from './left-out.ts';
import { fileDocument, fileId } from './mapping.ts';
import type { Place } from './mapping.ts';
import { repositoryPath } from './repositories.ts';
import type { Run } from './run.ts';
import { compareHeads, readTree } from './tree.ts';

/** In the middle of a branch: the last file told, and those before it that are told at the end. */
export type CodePosition = {
  readonly branch: string;
  readonly head: string;
  readonly after: string;
  readonly untold: readonly string[];
};

export interface CodeStep {
  readonly changes: readonly Change[];
  /** Absent with the last step. */
  readonly position?: CodePosition;
}

export interface Branch {
  /** Undefined for the default branch. */
  readonly name: string | undefined;
  readonly head: string;
}

const FILES_A_BATCH = 100;
const BYTES_A_BATCH = 4 * 1_024 * 1_024;
/** From here on an archive costs less than files one by one. */
const ARCHIVE_FROM = 20;

/** Files of a branch that may have changed since `before`, README files first, then in git's order. */
export async function* pullBranch(
  run: Run,
  place: Place,
  branch: Branch,
  before: string | undefined,
  position: CodePosition | undefined,
): AsyncGenerator<CodeStep> {
  const { entries, removed } = await filesToTell(run, place.repository, branch.head, before);
  const kept: TreeEntry[] = [];
  const gone = new Set(removed);
  for (const entry of entries) {
    const why = whyLeftOut(entry, run.config.maxFileBytes);
    if (why === undefined) kept.push(entry);
    else run.leftOut.add(why);
    // It may have been a file that is indexed before.
    if (why !== undefined && before !== undefined) gone.add(entry.path);
  }
  const isOpen = ({ path }: TreeEntry) =>
    position === undefined || isBefore(position.after, path) || position.untold.includes(path);
  const open = kept.filter(isOpen).sort((a, b) => (isBefore(a.path, b.path) ? -1 : 1));
  const removals = [...gone].map((path): Change => ({
    kind: 'remove',
    id: fileId(run.config, place.repository.id, branch.name, path),
  }));
  yield* tell(run, place, branch, open);
  yield { changes: removals };
}

const HIGH = /[\ud800-\uffff]/;

/** README files of the root come first, then the bytes of paths decide, as in git's trees and archives. */
export function isBefore(a: string, b: string): boolean {
  const [first, second] = [rank(a), rank(b)];
  if (first !== second) return first < second;
  // Only above this do the units of strings and the bytes of their text differ in order.
  const isHigh = HIGH.test(a) || HIGH.test(b);
  return isHigh ? Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0 : a < b;
}

function rank(path: string): number {
  return /^(?:readme|\.github\/readme|docs\/readme)(?:\.[^/]*)?$/iu.test(path) ? 0 : 1;
}

async function filesToTell(
  run: Run,
  repository: Repository,
  head: string,
  before: string | undefined,
): Promise<{ readonly entries: readonly TreeEntry[]; readonly removed: readonly string[] }> {
  const changed = before === undefined ? undefined : await compareHeads(run, repository, before, head);
  const entries = await readTree(run, repository, head);
  // Without a comparison all files are told: the unchanged ones cost nothing, and the listing finds what is gone.
  if (!changed) return { entries, removed: [] };
  return { entries: entries.filter(({ path }) => changed.paths.has(path)), removed: changed.removed };
}

/** Batches of at most so many files and bytes, each with the position behind it. */
async function* tell(
  run: Run,
  place: Place,
  branch: Branch,
  open: readonly TreeEntry[],
): AsyncGenerator<CodeStep> {
  const { repository } = place;
  const progress = follow(open);
  let batch: Change[] = [];
  let bytes = 0;
  const step = (): CodeStep => {
    const changes = batch;
    [batch, bytes] = [[], 0];
    return { changes, position: { branch: branch.name ?? '', head: branch.head, ...progress.position() } };
  };
  const add = (entry: TreeEntry, read: ContentBody['read'], size = 0) => {
    progress.told(entry.path);
    batch.push({ kind: 'upsert', document: fileDocument(place, branch.name, entry, read) });
    bytes += size;
  };
  const addOrLeaveOut = (entry: TreeEntry, content: Uint8Array) => {
    const why = whyContentLeftOut(entry.path, content);
    if (why === undefined) return add(entry, async () => content, content.length);
    progress.told(entry.path);
    run.leftOut.add(why);
    batch.push({ kind: 'remove', id: fileId(run.config, repository.id, branch.name, entry.path) });
  };
  const { untold } = progress;
  for (const entry of open) if (rank(entry.path) === 0) add(entry, alone(run, repository, entry));
  if (untold.size >= ARCHIVE_FROM)
    for await (const { entry, bytes: content } of readArchive(run, repository, branch.head, untold)) {
      addOrLeaveOut(entry, content);
      if (batch.length >= FILES_A_BATCH || bytes >= BYTES_A_BATCH) yield step();
    }
  for (const entry of [...untold.values()]) {
    add(entry, alone(run, repository, entry));
    if (batch.length >= FILES_A_BATCH) yield step();
  }
  if (batch.length > 0) yield step();
}

/** Keeps what is still to be told, and where a run that stops now would have to go on. */
function follow(open: readonly TreeEntry[]) {
  const untold = new Map(open.map((entry) => [entry.path, entry]));
  const passed = new Set<string>();
  let [after, reached] = ['', 0];
  return {
    untold: untold as ReadonlyMap<string, TreeEntry>,
    told: (path: string) => {
      untold.delete(path);
      passed.delete(path);
      if (after === '' || isBefore(after, path)) after = path;
    },
    position: () => {
      for (let next = open[reached]; next && !isBefore(after, next.path); next = open[++reached])
        if (untold.has(next.path)) passed.add(next.path);
      return { after, untold: [...passed] };
    },
  };
}

/** Asked for when it is read, which an unchanged file never is. What turns out to be no text is taken for gone. */
export function alone(run: Run, repository: Repository, { path, sha }: TreeEntry): ContentBody['read'] {
  return async (signal) => {
    const bytes = await run.client.bytes(repositoryPath(repository, 'git', 'blobs', sha), signal);
    const why = whyContentLeftOut(path, bytes);
    if (why === undefined) return bytes;
    run.leftOut.add(why);
    throw new AppError('SOURCE_ITEM_NOT_FOUND', 'not-found', `${path} is left out: ${why}`);
  };
}
