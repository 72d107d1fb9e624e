import { parentPort } from 'node:worker_threads';
import { bodiesOf } from './bodies.ts';
import type { WriteBody } from './bodies.ts';
import type { BodyCall, BodyReply } from './protocol.ts';

const jobs = new Map<number, Generator<WriteBody, void>>();

parentPort?.on('message', (call: BodyCall) => {
  if (call.kind === 'end') {
    jobs.delete(call.jobId);
    return;
  }
  const reply = answer(call);
  parentPort?.postMessage(reply, 'body' in reply && reply.body ? [reply.body.bytes.buffer] : []);
});

function answer({ id, jobId, job }: BodyCall & { readonly kind: 'next' }): BodyReply {
  try {
    if (job) jobs.set(jobId, bodiesOf(job));
    const body = jobs.get(jobId)?.next().value ?? undefined;
    if (!body) jobs.delete(jobId);
    return { id, body };
  } catch (error) {
    jobs.delete(jobId);
    return { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
