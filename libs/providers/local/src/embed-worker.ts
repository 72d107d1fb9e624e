import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { toAppError } from '@fumikura/errors';
import type { EmbedJob, EmbedReply, WorkerStart } from './protocol.ts';
import { openSession } from './session.ts';

const start = workerData as WorkerStart;
// On Linux a thread has a priority of its own; elsewhere this would be the whole process's.
if (start.isBackground && process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const session = openSession(start);
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
