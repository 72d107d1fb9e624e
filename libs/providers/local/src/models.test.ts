import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rejectsWith } from '@fumikura/testkit';
import { addModel, createLocalEmbedder, listModels, PINNED_MODELS, pullModel } from './index.ts';
import type { PinnedModel } from './index.ts';
import { checksum } from './manifest.ts';

const model = fileURLToPath(new URL('../../../../../shared/models/all-MiniLM-L6-v2', import.meta.url));
const skip = existsSync(model) ? false : 'no model beside the checkout';
const signal = new AbortController().signal;

/** A host of models that serves one folder under a revision. */
async function startMirror() {
  const server = createServer((request, response) => {
    const name = /^\/org\/model\/resolve\/abc\/(.+)$/.exec(request.url ?? '')?.[1];
    readFile(join(model, name ?? 'nothing')).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function pinned(more: Partial<PinnedModel> = {}): Promise<PinnedModel> {
  const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model_quantized.onnx'];
  const files = await Promise.all(
    names.map(async (name) => [name, await checksum(join(model, name))] as const),
  );
  return {
    name: 'mini',
    repository: 'org/model',
    revision: 'abc',
    licence: 'apache-2.0',
    languages: ['en'],
    files: Object.fromEntries(files),
    ...more,
  };
}

describe('models of this machine', { skip }, () => {
  let models: string;
  beforeEach(async () => {
    models = await mkdtemp(join(tmpdir(), 'fumi-models-'));
  });
  afterEach(() => rm(models, { recursive: true }));

  it('are taken over with licence, languages and checksums, and refused when they change later', async () => {
    const added = await addModel(model, models, { name: 'mine' }, signal);
    const { dimension, languages, licence } = added;
    assert.deepEqual([dimension, languages, licence], [384, ['en'], 'apache-2.0']);
    assert.deepEqual(await listModels(models), [added]);
    await rejectsWith('INVALID_ARGUMENT', () => addModel(model, models, { name: 'mine' }, signal));
    await rejectsWith('INVALID_ARGUMENT', () => addModel(model, models, { name: '../out' }, signal));
    await addModel(model, models, { name: 'mine', replace: true }, signal);
    await appendFile(join(added.folder, 'tokenizer.json'), ' ');
    await rejectsWith('MODEL_DAMAGED', () => createLocalEmbedder({ folder: added.folder }));
  });

  it('[models.pull] are fetched at their revision and refused unless every checksum fits', async () => {
    const mirror = await startMirror();
    try {
      const { host } = mirror;
      const got = await pullModel(await pinned(), models, { host }, signal);
      assert.deepEqual([got.name, got.revision, got.languages], ['mini', 'abc', ['en']]);
      const { files } = await pinned();
      const wrong = { ...files, 'tokenizer.json': '0'.repeat(64) };
      const { publicMessage } = await rejectsWith('MODEL_DAMAGED', async () =>
        pullModel(await pinned({ name: 'other', files: wrong }), models, { host }, signal),
      );
      assert.match(publicMessage, /other bytes than are pinned/);
      assert.deepEqual(await readdir(models), ['mini'], 'nothing is left of it');
      await rejectsWith('MODEL_NOT_FOUND', async () =>
        pullModel(await pinned({ name: 'other', revision: 'gone' }), models, { host }, signal),
      );
    } finally {
      await mirror.close();
    }
  });

  it('[models.pull] say what to do without a network', async () => {
    const mirror = await startMirror();
    await mirror.close();
    const { publicMessage } = await rejectsWith('MODEL_NOT_FOUND', async () =>
      pullModel(await pinned(), models, { host: mirror.host }, signal),
    );
    assert.match(publicMessage, /fumi models add <folder>/);
    assert.match(publicMessage, /--mirror/);
    assert.deepEqual(await readdir(models), []);
  });

  it('pins each model by revision and by every file that is needed', () => {
    for (const { revision, files } of Object.values(PINNED_MODELS)) {
      assert.match(revision, /^[0-9a-f]{40}$/);
      for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) assert.ok(name in files);
    }
  });
});
