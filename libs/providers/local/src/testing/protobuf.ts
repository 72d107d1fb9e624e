/** A message of the ONNX format as its fields: numbers, texts, floats and messages by field number. */
export type Field = readonly [number: number, value: number | string | Uint8Array];

/** Protocol buffers, as far as a small model needs them. */
export function message(...fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(([number, value]): (readonly number[] | Uint8Array)[] => {
    if (typeof value === 'number') return [varint(number << 3), varint(value)];
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return [varint((number << 3) | 2), varint(bytes.length), bytes];
  });
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Negative numbers take ten bytes, as 64 bits do. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(left & 127n);
    left >>= 7n;
    bytes.push(left > 0n ? low | 128 : low);
  } while (left > 0n);
  return bytes;
}
