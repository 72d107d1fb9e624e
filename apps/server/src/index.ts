// Judging tokens takes packages that a server for one person never loads: see ./sign-in and ./browser.
export type { SignIn } from './auth/gate.ts';
export type { AuthenticatedInfo } from './auth/types.ts';
export type { BrowserPages } from './browser-pages.ts';
export type { Dependency } from './health.ts';
export { startHealthServer } from './health-server.ts';
export type { HealthServer } from './health-server.ts';
export { startHttpServer } from './http.ts';
export type { HttpServerOptions, RunningServer } from './http.ts';
export { DEFAULT_LOAD_LIMITS } from './limits.ts';
export type { LoadLimits } from './limits.ts';
export type { Provisioning } from './provisioning.ts';
export { runStdio } from './stdio.ts';
export { UpdateBus } from './updates.ts';
export type { MayHear, MayStay } from './updates.ts';
export type { TakeDelivery } from './webhooks.ts';
