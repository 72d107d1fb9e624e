import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { toAppError } from '@fumikura/errors';
import { openPairSession } from './pair-session.ts';
import type { ModelJob, ModelReply, WorkerStart } from './protocol.ts';
import { openSession } from './session.ts';

const start = workerData as WorkerStart;
// On Linux a thread has a priority of its own; elsewhere this would be the whole process's.
if (start.isBackground && process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const { model } = start;
const session =
  model.kind === 'sentence' ? openSession(start, model.facts) : openPairSession(start, model.facts);
// A model that does not load is told to each caller; nobody has to wait for it here.
session.catch(() => undefined);

parentPort?.on('message', (job: ModelJob) => {
  void answer(job);
});

async function answer(job: ModelJob): Promise<void> {
  try {
    const reply: ModelReply = await (await session).run(job);
    parentPort?.postMessage(reply, [reply.values.buffer as ArrayBuffer]);
  } catch (error) {
    const { code, message } = toAppError(error);
    const reply: ModelReply = { failure: { code, message } };
    parentPort?.postMessage(reply);
  }
}
