import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { embedderContract, rejectsWith } from '@fumikura/testkit';
import { createLocalEmbedder } from './index.ts';
import { checksum, MANIFEST_FILE } from './manifest.ts';

const model = fileURLToPath(new URL('../../../../../shared/models/all-MiniLM-L6-v2', import.meta.url));
const skip = existsSync(model) ? false : 'no model beside the checkout';
const signal = new AbortController().signal;

describe('a local model', { skip }, () => {
  if (!skip)
    embedderContract({
      name: 'local',
      make: async () => ({
        open: () => createLocalEmbedder({ folder: model, runtime: 'wasm' }),
        remove: async () => undefined,
      }),
    });

  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-model-'));
    await cp(model, folder, { recursive: true });
  });
  after(() => rm(folder, { recursive: true }));

  /** The whole of it, from the folder to a vector: some damage shows only when the model runs. */
  const use = async () => {
    const embedder = await createLocalEmbedder({ folder, runtime: 'wasm' });
    try {
      return await embedder.embed(['a word'], { as: 'query', signal });
    } finally {
      await embedder.close();
    }
  };

  const withFile = async (name: string, content: string | undefined, work: () => Promise<void>) => {
    const path = join(folder, name);
    const was = await readFile(path);
    if (content === undefined) await rm(path);
    else await writeFile(path, content);
    try {
      await work();
    } finally {
      await writeFile(path, was);
    }
  };

  it('[models.damaged] names a file that is missing or cannot be read', async () => {
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json']) {
      await withFile(name, undefined, async () => {
        const { publicMessage } = await rejectsWith('MODEL_NOT_FOUND', use);
        assert.match(publicMessage, new RegExp(name.replace('.', '\\.')));
      });
      await withFile(name, '{"cut', async () => {
        const { publicMessage } = await rejectsWith('MODEL_DAMAGED', use);
        assert.match(publicMessage, /cannot be read/);
      });
    }
    await withFile('onnx/model_quantized.onnx', undefined, async () => {
      await rejectsWith('MODEL_NOT_FOUND', use);
    });
  });

  it('[models.damaged] names a model that cannot be run, and one of another dimension', async () => {
    await withFile('onnx/model_quantized.onnx', 'no model', async () => {
      const { publicMessage } = await rejectsWith('MODEL_DAMAGED', use);
      assert.match(publicMessage, /model_quantized\.onnx/);
    });
    const config = await readFile(join(folder, 'config.json'), 'utf8');
    await withFile('config.json', config.replace('"hidden_size": 384', '"hidden_size": 512'), async () => {
      const { publicMessage } = await rejectsWith('MODEL_UNSUPPORTED', use);
      assert.match(publicMessage, /384/);
    });
  });

  it('[models.damaged] refuses a file whose checksum is not the one it was added with', async () => {
    const files = { 'config.json': await checksum(join(folder, 'config.json')) };
    const manifest = { name: 'mine', files };
    await writeFile(join(folder, MANIFEST_FILE), JSON.stringify(manifest));
    assert.equal((await use()).results.length, 1);
    await truncate(join(folder, 'config.json'), 10);
    const { publicMessage } = await rejectsWith('MODEL_DAMAGED', use);
    assert.match(publicMessage, /checksum/);
  });
});
