// What a build is made of and from, beside it in dist/: sbom.cdx.json (CycloneDX, of what is in it) and provenance.json, an in-toto
// statement with a SLSA 1 predicate: the hash of every file, the commit, the lock file. It is unsigned: whoever releases signs it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { sbomOf } from './sbom.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function subjectsIn(dist) {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const subjects = files.sort().map(async (file) => ({
    name: relative(dist, file).replaceAll('\\', '/'),
    digest: { sha256: sha256(await readFile(file)) },
  }));
  return Promise.all(subjects);
}

function git(root, ...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

/** A build from an archive has no commit; that it has none is said. */
function sourceOf(root) {
  try {
    return { commit: git(root, 'rev-parse', 'HEAD'), isClean: git(root, 'status', '--porcelain') === '' };
  } catch {
    return { isClean: false };
  }
}

/** @param inputs files that were bundled or copied, relative to the repository */
export async function writeProvenance(root, dist, inputs) {
  const lockFile = await readFile(join(root, 'package-lock.json'));
  const { packages, version } = JSON.parse(lockFile.toString());
  await writeFile(
    join(dist, 'sbom.cdx.json'),
    `${JSON.stringify(sbomOf(inputs, packages, version), null, 1)}\n`,
  );
  const { commit, isClean } = sourceOf(root);
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: await subjectsIn(dist),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://slsa.dev/container-based-build/v0.1',
        externalParameters: { command: 'npm ci && npm run build' },
        internalParameters: { node: process.versions.node, isClean },
        resolvedDependencies: [
          ...(commit === undefined ? [] : [{ name: 'source', digest: { gitCommit: commit } }]),
          { name: 'package-lock.json', digest: { sha256: sha256(lockFile) } },
        ],
      },
      runDetails: {
        builder: { id: process.env.FUMI_BUILDER ?? 'local' },
        metadata: { finishedOn: new Date().toISOString() },
      },
    },
  };
  await writeFile(join(dist, 'provenance.json'), `${JSON.stringify(statement, null, 1)}\n`);
}
