/**
 * AssemblyScript: the 1-bit scan. For each admitted code it counts, over the four bit planes of the query,
 * S = sum of levels where the code has a one, and P = number of ones; the score is 2·S - 15·P + 15·dimension, the
 * rank-preserving integer form of query · sign(code) with levels 0 to 15 centred at 7.5.
 *
 * @param codes address of the codes, `stride` bytes each, stride a multiple of 16
 * @param planes address of 4 × stride bytes: bit j of every level in plane j
 * @param admitted address of one byte per code; only 1 is scored
 * @param scores address of one i32 per code; -1 where not admitted
 */
export function scan(codes: usize, count: i32, stride: i32, planes: usize, admitted: usize, scores: usize, offset: i32): void {
  for (let index = 0; index < count; index++) {
    if (load<u8>(admitted + index) !== 1) {
      store<i32>(scores + (<usize>index << 2), -1);
      continue;
    }
    const code = codes + <usize>index * <usize>stride;
    let levels = i16x8.splat(0);
    let ones = i16x8.splat(0);
    for (let at = 0; at < stride; at += 16) {
      const bits = v128.load(code + at);
      let weighted = i8x16.popcnt(v128.and(bits, v128.load(planes + at)));
      const second = i8x16.popcnt(v128.and(bits, v128.load(planes + stride + at)));
      const third = i8x16.popcnt(v128.and(bits, v128.load(planes + 2 * stride + at)));
      const fourth = i8x16.popcnt(v128.and(bits, v128.load(planes + 3 * stride + at)));
      weighted = i8x16.add(weighted, i8x16.shl(second, 1));
      weighted = i8x16.add(weighted, i8x16.shl(third, 2));
      weighted = i8x16.add(weighted, i8x16.shl(fourth, 3));
      levels = i16x8.add(levels, i16x8.extadd_pairwise_i8x16_u(weighted));
      ones = i16x8.add(ones, i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(bits)));
    }
    store<i32>(scores + (<usize>index << 2), 2 * total(levels) - 15 * total(ones) + offset);
  }
}

function total(values: v128): i32 {
  const pairs = i32x4.extadd_pairwise_i16x8_u(values);
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1) + i32x4.extract_lane(pairs, 2) + i32x4.extract_lane(pairs, 3);
}
