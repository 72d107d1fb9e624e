export { startHttpServer } from './http.ts';
export type { HttpServerOptions, RunningServer } from './http.ts';
export { DEFAULT_LOAD_LIMITS } from './limits.ts';
export type { LoadLimits } from './limits.ts';
export { runStdio } from './stdio.ts';
export { UpdateBus } from './updates.ts';
export type { MayHear } from './updates.ts';
export type { TakeDelivery } from './webhooks.ts';
