export { createTokenExchange } from './exchange.ts';
export type { ExchangeDeps } from './exchange.ts';
export type { ClientProof, ExchangeSettings, SubjectToken, TokenExchange } from './types.ts';
