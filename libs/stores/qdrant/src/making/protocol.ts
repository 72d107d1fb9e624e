import type { BodyJob, WriteBody } from './bodies.ts';

/** To the thread: the next body of a job, which comes along the first time, or that no more of it is wanted. */
export type BodyCall =
  | { readonly kind: 'next'; readonly id: number; readonly jobId: number; readonly job?: BodyJob }
  | { readonly kind: 'end'; readonly jobId: number };

export type BodyReply =
  | { readonly id: number; readonly body: WriteBody | undefined }
  | { readonly id: number; readonly failure: string };
