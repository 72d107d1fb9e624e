import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '@fumikura/config';
import { idleSelectors, workloads } from './chart.ts';
import { commandProblems } from './commands.ts';
import { composeProblems, composeServices, readCompose } from './compose.ts';
import { helmMissing, lint, render } from './helm.ts';
import { kubernetesProblems, readObjects } from './kubernetes.ts';

const INFRA = fileURLToPath(new URL('../../infra/', import.meta.url));
const LAYOUTS = ['one-process', 'servers'] as const;
const STARTED: Readonly<Record<string, readonly string[]>> = {
  'one-process': ['up'],
  servers: ['server', 'worker'],
};

const read = (path: string) => readFile(join(INFRA, path), 'utf8');

describe('compose files', () => {
  for (const layout of LAYOUTS) {
    it(`${layout}: keeps to the specification, and starts commands that there are`, async () => {
      const file = readCompose(await read(`compose/${layout}.yaml`));
      assert.deepEqual(await composeProblems(file), []);
      const commands = Object.values(composeServices(file)).flatMap(({ command }) =>
        command ? [command] : [],
      );
      assert.deepEqual(commands.flatMap(commandProblems), []);
      assert.deepEqual(
        commands.map((each) => each[2]),
        STARTED[layout],
      );
    });

    it(`${layout}: its configuration is one`, async () => {
      const config = parseConfig(await read(`compose/config/${layout}.yaml`), '/config/fumikura.yaml');
      assert.equal(config.dataFolder, '/data');
      assert.equal(config.stores !== undefined, layout === 'servers');
    });
  }

  it('tells an unknown key, a wrong type and a volume that nothing declares', async () => {
    const problems = async (service: object) =>
      (await composeProblems({ services: { a: { image: 'a', ...service } } })).join();
    assert.match(await problems({ imagee: 'a' }), /imagee/);
    assert.match(await problems({ read_only: [] }), /read_only/);
    assert.match(await problems({ volumes: ['gone:/data'] }), /no volume gone/);
    assert.equal(await problems({}), '');
  });
});

describe('the chart', { skip: helmMissing() ?? false }, () => {
  const rendered: Readonly<Record<(typeof LAYOUTS)[number], readonly string[]>> = {
    'one-process': ['ingress.enabled=true', 'ingress.tlsSecret=tls'],
    servers: [
      'layout=servers',
      'existingSecret=fumi',
      'worker.replicas=2',
      'networkPolicy.clientsFrom[0].team=assistants',
    ],
  };
  for (const layout of LAYOUTS) {
    it(`${layout}: keeps to the schemas of Kubernetes, and starts commands that there are`, async () => {
      lint(...rendered[layout]);
      const objects = readObjects(render(...rendered[layout]));
      assert.deepEqual(await kubernetesProblems(objects), []);
      assert.deepEqual(idleSelectors(objects), []);
      const commands = [...workloads(objects).values()].flatMap(({ spec }) =>
        spec.containers.flatMap(({ args }) => (args ? [args] : [])),
      );
      assert.deepEqual(commands.flatMap(commandProblems), []);
      assert.deepEqual(commands.map((each) => each[2]).sort(), STARTED[layout]);
      const map = objects.find(({ metadata }) => metadata.name === 'fumi-config') as unknown as {
        data: Record<string, string>;
      };
      const config = parseConfig(map.data['fumikura.yaml'] ?? '', '/config/fumikura.yaml');
      assert.equal(config.server.host, '0.0.0.0');
      assert.equal(config.stores !== undefined, layout === 'servers');
    });
  }

  it('balances with the file that the tests run', async () => {
    const text = render(...rendered.servers);
    const lines = (await read('haproxy/haproxy.cfg'))
      .split('\n')
      .filter((line) => !line.includes('fumi-server'));
    const missing = lines.filter((line) => !text.includes(line.trim()));
    assert.deepEqual(missing, []);
    assert.match(text, /fumi-server\.default\.svc\.cluster\.local:7700/);
  });

  it('refuses values that would not hold', () => {
    assert.throws(() => render('layout=servers'), /existingSecret/);
    assert.throws(() => render('layout=both'), /layout/);
    assert.throws(() => render('config.stores.catalog=postgres://other'), /config/);
    assert.throws(() => render('servr.replicas=3'), /servr/);
    assert.throws(() => render('ingress.enabled=true'), /tlsSecret/);
  });
});

it('objects of Kubernetes are told by their unknown, missing and ill-formed fields', async () => {
  const problems = async (spec: object) =>
    (
      await kubernetesProblems([
        { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'a' }, spec },
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
      ])
    ).join();
  assert.equal(await problems({ maxUnavailable: 1 }), '');
  assert.match(await problems({ maxUnavailble: 1 }), /maxUnavailble/);
  assert.match(await problems({ maxUnavailable: true }), /maxUnavailable/);
  const twice = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  assert.match((await kubernetesProblems([twice, twice])).join(), /twice/);
  assert.match(
    (await kubernetesProblems([{ ...twice, apiVersion: 'apps/v1', kind: 'Deployment', spec: {} }])).join(),
    /selector|template/,
  );
});

it('copies a store that is in use, keeps so many copies and leaves nothing of one that broke off', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-copy-'));
  const open = new DatabaseSync(join(folder, 'fumikura.db'));
  try {
    open.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2), (3)');
    await writeFile(join(folder, 'links.jsonl'), '{}\n');
    await writeFile(join(folder, 'other.partial'), 'a file of the data, not of a copy');
    const copies = join(folder, '..', `${folder.split('/').at(-1)}-copies`);
    const copy = () => {
      const { status, stderr } = spawnSync(
        process.execPath,
        [join(INFRA, 'backup/copy-file.mjs'), folder, copies, '2'],
        { encoding: 'utf8' },
      );
      assert.equal(status, 0, stderr);
    };
    try {
      await mkdir(join(copies, '2026-01-01T00-00-00.000Z.partial'), { recursive: true });
      for (let n = 0; n < 3; n++) copy();
      const names = await readdir(copies);
      assert.equal(names.length, 2);
      const [last = ''] = names.sort().reverse();
      assert.deepEqual((await readdir(join(copies, last))).sort(), [
        'fumikura.db',
        'links.jsonl',
        'other.partial',
      ]);
      const copied = new DatabaseSync(join(copies, last, 'fumikura.db'), { readOnly: true });
      assert.equal(copied.prepare('SELECT count(*) AS n FROM t').get()?.['n'], 3);
      copied.close();
    } finally {
      await rm(copies, { recursive: true, force: true });
    }
  } finally {
    open.close();
    await rm(folder, { recursive: true });
  }
});
