import type { Point } from './collection.ts';

export interface Hit {
  readonly point: Point;
  readonly score: number;
  readonly orderValue?: number;
}
