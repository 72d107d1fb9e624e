export { examineSlackSignIn } from './examine.ts';
export type { SignInFinding } from './examine.ts';
export { createSlackSignIn, SIGN_IN_PATH } from './slack-sign-in.ts';
export type { GivenCode, SlackSignInOptions } from './slack-sign-in.ts';
