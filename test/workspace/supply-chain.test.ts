import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const json = <T>(file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as T;

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}
interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

const { packages } = json<{ packages: Readonly<Record<string, Locked>> }>('package-lock.json');
const foreign = Object.entries(packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && !link,
);

/** Packages that bring an install script, and what becomes of it. Only `allowScripts` runs; the others work without theirs. */
const SCRIPTS: Readonly<Record<string, 'runs' | 'does not run'>> = {
  node: 'runs',
  '@modelcontextprotocol/inspector': 'does not run',
  esbuild: 'does not run',
  nx: 'does not run',
  protobufjs: 'does not run',
};

/** Of what runs at users'; permissive ones, which ask for no more than their text. */
const LICENCES = new Set([
  'MIT',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'MIT-0',
  'CC0-1.0',
  'Unlicense',
  '(MIT OR CC0-1.0)',
  '(MIT AND Zlib)',
  'Zlib',
]);
/** Of what builds and tests, beside these; none of it is given on. */
const TOOL_LICENCES = new Set([...LICENCES, 'MPL-2.0', 'Python-2.0', 'CC-BY-4.0', '(MIT AND CC-BY-3.0)']);
/** Licences that a manifest does not name, read in its file. */
const READ: Readonly<Record<string, string>> = { '@modelcontextprotocol/inspector': 'MIT' };

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function manifests(): Manifest[] {
  const files = execFileSync('git', ['ls-files', 'package.json', '*/package.json'], {
    cwd: root,
    encoding: 'utf8',
  });
  return files
    .split('\n')
    .filter((file) => file !== '' && !file.includes('fixtures') && !file.includes('template'))
    .map((file) => json<Manifest>(file));
}

describe('what we are made of', () => {
  it('[attack.supply] is pinned to versions, everywhere', () => {
    const loose = manifests().flatMap(({ dependencies, devDependencies, optionalDependencies }) =>
      Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
        ([name, version]) =>
          !name.startsWith('@fumikura/') && !/^(?:npm:[@\w/.-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/u.test(version),
      ),
    );
    assert.deepEqual(loose, []);
  });

  it('[attack.supply] comes with the hash of each package', () => {
    assert.ok(foreign.length > 300);
    for (const [path, { integrity, resolved }] of foreign) {
      assert.match(integrity ?? '', /^sha512-[\w+/]{86}==$/u, path);
      assert.match(resolved ?? 'https://', /^https:\/\//u, path);
    }
  });

  it('[attack.supply] runs the install scripts of a named list alone', () => {
    const found = new Set(
      foreign.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path)),
    );
    assert.deepEqual([...found].sort(), Object.keys(SCRIPTS).sort());
    const allowed = Object.entries(json<Manifest>('package.json').allowScripts ?? {});
    const running = Object.entries(SCRIPTS).filter(([, what]) => what === 'runs');
    assert.deepEqual(
      allowed,
      running.map(([name]) => [name, true]),
    );
    for (const { scripts = {} } of manifests())
      for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
        assert.equal(scripts[name], undefined);
  });

  it('[attack.supply] is licensed so that it may be given on', () => {
    const refused = foreign.filter(([path, { license, dev }]) => {
      const name = READ[nameOf(path)] ?? license ?? 'none';
      return !(dev ? TOOL_LICENCES : LICENCES).has(name);
    });
    assert.deepEqual(
      refused.map(([path, { license }]) => [path, license]),
      [],
    );
  });
});

describe('a build', () => {
  const dist = join(root, 'dist');
  const built = (() => {
    try {
      return readdirSync(dist).includes('provenance.json');
    } catch {
      return false;
    }
  })();

  it(
    '[attack.supply] says what it is made of, and the hash of each of its files',
    { skip: built ? false : 'npm run build has not run here' },
    () => {
      const { components } = json<{ components: { name: string; version: string }[] }>('dist/sbom.cdx.json');
      const names = new Set(components.map(({ name }) => name));
      for (const name of ['zod', 'jose', 'onnxruntime-web', 'pdfjs-dist', '@modelcontextprotocol/server'])
        assert.ok(names.has(name), name);
      assert.ok(!names.has('eslint') && !names.has('esbuild'));
      const { subject, predicate } = json<{
        subject: { name: string; digest: { sha256: string } }[];
        predicate: { buildDefinition: { resolvedDependencies: { name: string }[] } };
      }>('dist/provenance.json');
      assert.ok(
        predicate.buildDefinition.resolvedDependencies.some(({ name }) => name === 'package-lock.json'),
      );
      for (const { name, digest } of subject) {
        const hash = createHash('sha256')
          .update(readFileSync(join(dist, name)))
          .digest('hex');
        assert.equal(hash, digest.sha256, name);
      }
    },
  );
});
