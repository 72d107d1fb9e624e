// The packages that really are in a build, as CycloneDX 1.5: read from the bundler's own list of files, with versions, licences
// and hashes from the lock file. npm's own list leaves out what tests need too.
import { randomUUID } from 'node:crypto';

/** `libs/x/node_modules/@a/b/c.js` → `libs/x/node_modules/@a/b` */
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//u;

function component(path, { version, license, integrity }) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const hash = integrity && Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(license && {
      licenses: [/^[\w.-]+$/u.test(license) ? { license: { id: license } } : { expression: license }],
    }),
    ...(hash && { hashes: [{ alg: 'SHA-512', content: hash }] }),
  };
}

/**
 * @param inputs paths of files that were bundled or copied, relative to the repository
 * @param packages of the lock file
 */
export function sbomOf(inputs, packages, version) {
  const paths = new Set(inputs.flatMap((input) => PACKAGE.exec(input.replaceAll('\\', '/'))?.[1] ?? []));
  const components = [...paths].sort().map((path) => {
    const locked = packages[path];
    if (!locked?.version) throw new Error(`${path} is in the build and not in the lock file`);
    return component(path, locked);
  });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': 'fumikura', name: 'fumikura', version } },
    components,
  };
}
