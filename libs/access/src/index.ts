export type { Access } from './types.ts';
