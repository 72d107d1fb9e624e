/** Chunks of a block, and of a group inside it: a group's codes are interleaved, one load reads a row of all 16. */
const BLOCK: i32 = 1024;
const GROUP: i32 = 16;

/**
 * AssemblyScript: the 1-bit scan of one block. A code's score is the sum over its half bytes (4 dimensions each) of what
 * the query's table says of them, at most 60 each, so four fit a byte; at most 61,440 in all, so a score fits 16 bits.
 *
 * @param block address of BLOCK bytes (255 where a chunk has a code), then the codes: per group `rows` rows of GROUP
 *   bytes, row r holding dimensions 8r to 8r + 7 of each chunk, the lower four in the lower half
 * @param rows bytes of a code, even
 * @param tables address of 2 × rows tables of 16 bytes: lower half of row 0, upper half of row 0, lower half of row 1 …
 * @param admitted address of BLOCK bytes; a slot is looked at only where there is a 1
 * @param minimum least score that is told
 * @param slots address for the slots found, ascending, 16 bits each, room for BLOCK
 * @param scores address for their scores, 16 bits each, room for BLOCK + GROUP: the end is working space
 * @returns how many slots were found
 */
export function scan(
  block: usize,
  rows: i32,
  tables: usize,
  admitted: usize,
  minimum: i32,
  slots: usize,
  scores: usize,
): i32 {
  const lowerHalf = i8x16.splat(15);
  const least = i16x8.splat(<i16>minimum);
  const groupScores = scores + BLOCK * 2;
  let found = 0;
  for (let pair = 0; pair < BLOCK; pair += 2 * GROUP) {
    // Asked of two groups at once: at a tenth of the chunks admitted, a question a group is guessed wrongly too often.
    const isWanted = v128.or(
      wantedOf(block + pair, admitted + pair),
      wantedOf(block + pair + GROUP, admitted + pair + GROUP),
    );
    if (!v128.any_true(isWanted)) continue;
    for (let slot = pair; slot < pair + 2 * GROUP; slot += GROUP) {
      const wanted = wantedOf(block + slot, admitted + slot);
      const codes = block + BLOCK + <usize>(slot * rows);
      let first = i16x8.splat(0); // of chunks 0 to 7
      let second = i16x8.splat(0); // of chunks 8 to 15
      let table = tables;
      for (let row = 0; row < rows; row += 2, table += 64) {
        const even = v128.load(codes + <usize>(row * GROUP));
        const odd = v128.load(codes + <usize>(row * GROUP), GROUP);
        let sum = i8x16.swizzle(v128.load(table), v128.and(even, lowerHalf));
        sum = i8x16.add(sum, i8x16.swizzle(v128.load(table, 16), v128.and(i16x8.shr_u(even, 4), lowerHalf)));
        sum = i8x16.add(sum, i8x16.swizzle(v128.load(table, 32), v128.and(odd, lowerHalf)));
        sum = i8x16.add(sum, i8x16.swizzle(v128.load(table, 48), v128.and(i16x8.shr_u(odd, 4), lowerHalf)));
        first = i16x8.add(first, i16x8.extend_low_i8x16_u(sum));
        second = i16x8.add(second, i16x8.extend_high_i8x16_u(sum));
      }
      const isEnough = i8x16.narrow_i16x8_s(i16x8.ge_u(first, least), i16x8.ge_u(second, least));
      let hits = i8x16.bitmask(v128.and(isEnough, wanted));
      if (hits == 0) continue;
      v128.store(groupScores, first);
      v128.store(groupScores, second, 16);
      for (; hits != 0; hits &= hits - 1, found++) {
        const lane = ctz(hits);
        store<u16>(slots + <usize>(found << 1), <u16>(slot + lane));
        store<u16>(scores + <usize>(found << 1), load<u16>(groupScores + <usize>(lane << 1)));
      }
    }
  }
  return found;
}

/** Slots of a group that have a code and are admitted. */
function wantedOf(present: usize, admitted: usize): v128 {
  return v128.and(i8x16.eq(v128.load(admitted), i8x16.splat(1)), v128.load(present));
}
