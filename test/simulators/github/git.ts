import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { blobSha } from './making.ts';
import type { SimulatedCommit, SimulatedFile, SimulatedRepository } from './world.ts';

export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  readonly size?: number;
}

const MODES = { file: '100644', symlink: '120000', submodule: '160000' } as const;
const trees = new WeakMap<SimulatedCommit, ReadonlyMap<string, readonly TreeEntry[]>>();

function entryOf(name: string, { kind, bytes }: SimulatedFile): TreeEntry {
  if (kind === 'submodule')
    return {
      path: name,
      mode: MODES.submodule,
      type: 'commit',
      sha: createHash('sha1').update(bytes).digest('hex'),
    };
  return { path: name, mode: MODES[kind], type: 'blob', sha: blobSha(bytes), size: bytes.length };
}

/** Each folder of a commit by the name of its tree; the root by the commit's as well. Names are relative to the folder. */
function treesOf(commit: SimulatedCommit): ReadonlyMap<string, readonly TreeEntry[]> {
  const known = trees.get(commit);
  if (known) return known;
  const found = new Map<string, readonly TreeEntry[]>();
  const build = (files: readonly (readonly [string, SimulatedFile])[]): string => {
    const folders = new Map<string, [string, SimulatedFile][]>();
    const entries: TreeEntry[] = [];
    for (const [path, each] of files) {
      const slash = path.indexOf('/');
      if (slash < 0) entries.push(entryOf(path, each));
      else {
        const name = path.slice(0, slash);
        folders.set(name, [...(folders.get(name) ?? []), [path.slice(slash + 1), each]]);
      }
    }
    for (const [name, inside] of folders)
      entries.push({ path: name, mode: '040000', type: 'tree', sha: build(inside) });
    entries.sort((a, b) => (a.path < b.path ? -1 : 1));
    const sha = createHash('sha1').update(JSON.stringify(entries)).digest('hex');
    found.set(sha, entries);
    return sha;
  };
  const root = build([...commit.files]);
  found.set(commit.sha, found.get(root) ?? []);
  trees.set(commit, found);
  return found;
}

export function findCommit(repository: SimulatedRepository, ref: string): SimulatedCommit | undefined {
  return repository.commits.get(repository.branches.get(ref) ?? ref);
}

/** A tree by its name, by that of a commit or by a branch; cut at `limit` entries when it is asked for in depth. */
export function readTree(
  repository: SimulatedRepository,
  ref: string,
  isRecursive: boolean,
  limit: number,
): { readonly sha: string; readonly tree: readonly TreeEntry[]; readonly truncated: boolean } | undefined {
  const commit = findCommit(repository, ref);
  const all = commit
    ? treesOf(commit)
    : [...repository.commits.values()].map(treesOf).find((each) => each.has(ref));
  const entries = all?.get(commit?.sha ?? ref);
  if (!all || !entries) return undefined;
  if (!isRecursive) return { sha: ref, tree: entries, truncated: false };
  const deep = (folder: readonly TreeEntry[], above: string): TreeEntry[] =>
    folder.flatMap((entry) => {
      const path = `${above}${entry.path}`;
      const inside = entry.type === 'tree' ? deep(all.get(entry.sha) ?? [], `${path}/`) : [];
      return [{ ...entry, path }, ...inside];
    });
  const tree = deep(entries, '');
  return { sha: ref, tree: tree.slice(0, limit), truncated: tree.length > limit };
}

/** What one commit changed against an ancestor; undefined when either is lost. */
export function compareCommits(repository: SimulatedRepository, base: string, head: string) {
  const [from, to] = [findCommit(repository, base), findCommit(repository, head)];
  if (!from || !to) return undefined;
  let at: SimulatedCommit | undefined = to;
  let ahead = 0;
  for (; at && at !== from; ahead++)
    at = at.parent === undefined ? undefined : repository.commits.get(at.parent);
  const status = at ? (ahead === 0 ? 'identical' : 'ahead') : 'diverged';
  const changed: { path: string; status: 'added' | 'removed' | 'modified'; sha: string }[] = [];
  for (const [path, each] of to.files) {
    const before = from.files.get(path);
    const isSame = before?.kind === each.kind && before.bytes.equals(each.bytes);
    if (!isSame) changed.push({ path, status: before ? 'modified' : 'added', sha: entryOf(path, each).sha });
  }
  for (const [path, each] of from.files)
    if (!to.files.has(path)) changed.push({ path, status: 'removed', sha: entryOf(path, each).sha });
  return { status, ahead, from, to, changed };
}

/** The archive of a commit, made as `git archive` makes it: a comment first, long names in headers of their own. */
export function archiveOf(repository: SimulatedRepository, commit: SimulatedCommit): Buffer {
  const root = `${repository.owner}-${repository.name}-${commit.sha.slice(0, 7)}/`;
  const parts: Buffer[] = [
    member('pax_global_header', 'g', record('comment', commit.sha)),
    member(root, '5'),
  ];
  for (const [path, { kind, bytes, archived }] of [...commit.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (archived === 'left-out' || kind === 'submodule') continue;
    const name = `${root}${path}`;
    const content = archived === 'altered' ? Buffer.concat([bytes, Buffer.from(' altered')]) : bytes;
    const isLong = Buffer.byteLength(name) > 100 || !/^[\x20-\x7e]+$/u.test(name);
    if (isLong) parts.push(member(`${commit.sha}.paxheader`, 'x', record('path', name)));
    const short = isLong ? `${root}${commit.sha}.data` : name;
    parts.push(kind === 'symlink' ? member(short, '2') : member(short, '0', content));
  }
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1_024)]));
}

/** `<length> <key>=<value>\n`, the length counting itself. */
function record(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest);
  for (let before = 0; before !== length;) {
    before = length;
    length = Buffer.byteLength(rest) + String(before).length;
  }
  return Buffer.from(`${length}${rest}`);
}

function member(name: string, type: string, content: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(512);
  head.write(name, 0, 100);
  head.write('0000644\0', 100);
  head.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  head.write('00000000000\0', 136);
  head.fill(0x20, 148, 156);
  head.write(type, 156);
  head.write('ustar\x0000', 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([head, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
