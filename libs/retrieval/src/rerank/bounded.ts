/**
 * The order that comes nearest to the wanted one while nothing stands more than `bound` places from where it stood: whatever a text
 * talks a model into moves it that far and no further.
 * @param wanted places of the present order, each once, best first
 * @returns places of the present order, in the new one
 */
export function boundedOrder(wanted: readonly number[], bound: number): number[] {
  const left = new Set(wanted);
  const order: number[] = [];
  for (let at = 0; at < wanted.length; at++) {
    const due = at - bound;
    const next = left.has(due) ? due : first(left, at + bound);
    left.delete(next);
    order.push(next);
  }
  return order;
}

/** In the wanted order: a set keeps the one it was made in. */
function first(left: ReadonlySet<number>, latest: number): number {
  for (const place of left) if (place <= latest) return place;
  throw new RangeError('an order that is none');
}

export function isOrder(order: readonly number[], length: number): boolean {
  const places = new Set(order);
  return (
    order.length === length &&
    places.size === length &&
    order.every((place) => Number.isInteger(place) && place >= 0 && place < length)
  );
}
