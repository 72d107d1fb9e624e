export { ahead } from './ahead.ts';
export { inLanes } from './lanes.ts';
export { ordered } from './ordered.ts';
export { Room } from './room.ts';
