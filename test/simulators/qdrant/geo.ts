import type { Json } from './payload.ts';
import { badFormat } from './refusal.ts';

interface Place {
  readonly lon: number;
  readonly lat: number;
}

interface Ring {
  readonly points: readonly Place[];
}

export interface GeoConditions {
  readonly geo_bounding_box?: { readonly top_left: Place; readonly bottom_right: Place };
  readonly geo_radius?: { readonly center: Place; readonly radius: number };
  readonly geo_polygon?: { readonly exterior: Ring; readonly interiors?: readonly Ring[] | null };
}

const EARTH_RADIUS_M = 6_371_008.8;

/** Tests of places; none when the condition is about something else. */
export function geoTests(condition: GeoConditions): ((value: Json) => boolean)[] {
  const { geo_bounding_box: box, geo_radius: circle, geo_polygon: polygon } = condition;
  const tests: ((place: Place) => boolean)[] = [];
  if (box) tests.push((place) => isInBox(place, box));
  if (circle) tests.push((place) => distanceM(place, circle.center) < circle.radius);
  if (polygon) {
    const [outer, ...inner] = [polygon.exterior, ...(polygon.interiors ?? [])].map(checked);
    tests.push((place) => isInside(place, outer ?? []) && !inner.some((ring) => isInside(place, ring)));
  }
  return tests.map((test) => (value) => isPlace(value) && test(value));
}

function isPlace(value: Json): value is Json & Place {
  const { lon, lat } = (value ?? {}) as Partial<Place>;
  return typeof lon === 'number' && typeof lat === 'number';
}

function isInBox(
  { lon, lat }: Place,
  { top_left: from, bottom_right: to }: NonNullable<GeoConditions['geo_bounding_box']>,
): boolean {
  // A box may lie over the date line.
  const isBetween = from.lon > to.lon ? lon > from.lon || lon < to.lon : lon > from.lon && lon < to.lon;
  return isBetween && lat < from.lat && lat > to.lat;
}

function distanceM(a: Place, b: Place): number {
  const [x, y] = [a, b].map(({ lon, lat }) => ({ lon: radians(lon), lat: radians(lat) }));
  if (!x || !y) return Infinity;
  const h =
    Math.sin((y.lat - x.lat) / 2) ** 2 +
    Math.cos(x.lat) * Math.cos(y.lat) * Math.sin((y.lon - x.lon) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(h));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

function checked({ points }: Ring): readonly Place[] {
  if (points.length < 4)
    throw badFormat(`Validation failed: polygon invalid, the size must be at least 4, got ${points.length}`);
  const [first, last] = [points[0], points.at(-1)];
  if (first?.lon !== last?.lon || first?.lat !== last?.lat)
    throw badFormat(
      'Validation failed: polygon invalid, the first and the last points should be the same to form a closed line',
    );
  return points;
}

/** A ray to the east crosses the line an odd number of times. */
function isInside({ lon, lat }: Place, ring: readonly Place[]): boolean {
  let isIn = false;
  for (let at = 1; at < ring.length; at++) {
    const [a, b] = [ring[at - 1] as Place, ring[at] as Place];
    if (a.lat > lat === b.lat > lat) continue;
    if (lon < a.lon + ((lat - a.lat) / (b.lat - a.lat)) * (b.lon - a.lon)) isIn = !isIn;
  }
  return isIn;
}
