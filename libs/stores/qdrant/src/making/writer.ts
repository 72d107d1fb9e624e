import { bulkhead } from 'cockatiel';
import { WRITES_IN_FLIGHT } from '../writing.ts';
import type { Writer } from '../writing.ts';
import { makeBodiesHere } from './bodies.ts';
import { BodyThread } from './body-thread.ts';

export function createWriter(makesApart: boolean): Writer & { close(): Promise<void> } {
  const thread = makesApart ? new BodyThread() : undefined;
  const room = bulkhead(WRITES_IN_FLIGHT, Infinity);
  return {
    make: thread ? (job) => thread.bodies(job) : makeBodiesHere,
    inTurn: (work) => room.execute(work),
    close: async () => thread?.close(),
  };
}
