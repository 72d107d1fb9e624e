import { parentPort, workerData } from 'node:worker_threads';
import { toAppError } from '@fumikura/errors';
import type { EmbedJob, EmbedReply, WorkerStart } from './protocol.ts';
import { openSession } from './session.ts';

const session = openSession(workerData as WorkerStart);
// A model that does not load is told to each caller; nobody has to wait for it here.
session.catch(() => undefined);

parentPort?.on('message', (job: EmbedJob) => {
  void answer(job);
});

async function answer({ texts }: EmbedJob): Promise<void> {
  try {
    const { vectors, tokens } = await (await session).embed(texts);
    const reply: EmbedReply = { vectors, tokens };
    parentPort?.postMessage(reply, [vectors.buffer as ArrayBuffer]);
  } catch (error) {
    const { code, message } = toAppError(error);
    const reply: EmbedReply = { failure: { code, message } };
    parentPort?.postMessage(reply);
  }
}
