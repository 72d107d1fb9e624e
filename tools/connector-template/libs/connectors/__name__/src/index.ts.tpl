export { __camel__ConfigSchema } from './config.ts';
export type { __Name__Config } from './config.ts';
export { create__Name__Connector } from './connector.ts';
export type { __Name__Checkpoint, __Name__Deps } from './connector.ts';
export { __camel__Setup } from './setup.ts';
