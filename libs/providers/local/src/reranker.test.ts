import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { rejectsWith, rerankerContract } from '@fumikura/testkit';
import { createLocalReranker } from './index.ts';
import { openPairSession } from './pair-session.ts';
import { overlapFolder, overlapModel } from './testing/overlap-model.ts';

const signal = new AbortController().signal;
const passage = (text: string) => ({ title: '', text });

describe('a cross-encoder in a folder', () => {
  rerankerContract({
    name: 'local',
    make: async () => {
      const folder = await overlapFolder();
      return {
        open: () => createLocalReranker({ folder, runtime: 'wasm', workers: 2 }),
        remove: () => rm(folder, { recursive: true }),
      };
    },
  });

  let folder: string;
  before(async () => {
    folder = await overlapFolder();
  });
  after(() => rm(folder, { recursive: true }));

  const scoresOf = async (texts: readonly string[], query: string, maxTokens = 32) => {
    const facts = { modelFile: 'onnx/model.onnx', maxTokens };
    const session = await openPairSession({ folder, runtime: 'wasm' }, facts);
    const { values, tokens } = await session.run({ texts, query });
    return { scores: [...values], tokens };
  };
  const use = async () => {
    const reranker = await createLocalReranker({ folder, runtime: 'wasm' });
    try {
      return await reranker.rerank('signing keys', [passage('lunch'), passage('keys')], signal);
    } finally {
      await reranker.close();
    }
  };
  const withFile = async (name: string, content: Uint8Array | string, work: () => Promise<void>) => {
    const path = join(folder, name);
    const was = await readFile(path);
    await writeFile(path, content);
    try {
      await work();
    } finally {
      await writeFile(path, was);
    }
  };

  it('[rerank.local] gives each text the score that the model computes of it beside the query', async () => {
    const texts = ['lunch at noon', 'the keys', 'rotate signing keys', 'signing signing signing'];
    assert.deepEqual((await scoresOf(texts, 'rotate the signing keys')).scores, [0, 2, 3, 1]);
    assert.deepEqual((await scoresOf(texts.toReversed(), 'rotate the signing keys')).scores, [1, 3, 2, 0]);
  });

  it('leaves out the end of a text and of a query that are too long', async () => {
    const long = `${'lunch '.repeat(40)}keys`;
    assert.deepEqual((await scoresOf([long, 'lunch keys'], 'keys')).scores, [0, 1]);
    const { scores, tokens } = await scoresOf(['keys'], `keys ${'lunch '.repeat(300)}`);
    assert.deepEqual(scores, [1]);
    assert.ok(tokens <= 32, String(tokens));
  });

  it('takes two scores for what speaks against and for a text, and refuses more', async () => {
    await withFile('onnx/model.onnx', overlapModel(2), async () => {
      assert.deepEqual((await scoresOf(['the keys', 'noon'], 'keys')).scores, [2, 0]);
      assert.deepEqual((await use()).order, [1, 0]);
    });
    await withFile('onnx/model.onnx', overlapModel(3), async () => {
      const { publicMessage } = await rejectsWith('MODEL_UNSUPPORTED', use);
      assert.match(publicMessage, /\[2, 3\] where \[2, 1\]/);
    });
  });

  it('[models.damaged] names what cannot be used', async () => {
    await withFile('onnx/model.onnx', 'no model', async () => {
      await rejectsWith('MODEL_DAMAGED', use);
    });
    await withFile('config.json', '{"architectures":["BertModel"]}', async () => {
      const { publicMessage } = await rejectsWith('MODEL_UNSUPPORTED', use);
      assert.match(publicMessage, /BertModel, which gives no scores/);
    });
  });
});
