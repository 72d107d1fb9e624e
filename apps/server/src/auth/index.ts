export { createSignIn } from './gate.ts';
export type { SignIn, SignInOptions } from './gate.ts';
export { invalidToken } from './refusal.ts';
export type { AuthenticatedInfo, Identity, IssuerSettings, VerifyToken } from './types.ts';
