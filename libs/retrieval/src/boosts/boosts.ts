import type { AccessFilter, Catalog } from '@fumikura/ports';
import type { Place } from '../collapse.ts';
import type { Feedback, Opinion } from '../feedback.ts';
import { pointingTo } from './links.ts';
import { nearnessOf } from './people-near.ts';
import type { FindPeopleNear } from './people-near.ts';

/** Everything is off unless it is set: no judged collection at hand knows times or labels (docs/retrieval.md). */
export interface BoostSettings {
  readonly recency?: {
    /** What a document of this moment gains, as a share of its score. */
    readonly weight: number;
    /** Days after which half of it is left, for kinds without one of their own. */
    readonly halfLifeDays: number;
    readonly kinds?: Readonly<Record<string, number>>;
  };
  /** Label → share of its score that a document with it gains; below 0 it loses. Case does not count. */
  readonly labels?: Readonly<Record<string, number>>;
  /** What a document gains that everybody found helpful, and loses that everybody found wrong, as a share of its score. */
  readonly feedback?: { readonly weight: number };
  /** What a document gains that many of the others found point to, as a share of its score. */
  readonly links?: { readonly weight: number };
  /** What a document gains of people who write where the asker writes, as a share of its score. */
  readonly people?: { readonly weight: number };
  /** All boosts together, as a share of the score, up and down; default .2. */
  readonly most?: number;
}

/** Places among which boosts change the order; those behind them stay. */
export const BOOSTED_PLACES = 50;
const MOST = 0.2;
const DAY_MS = 86_400_000;

/** Persons that a document has to convince before it gains half of what it could. */
const DOUBT = 9;
/** Documents that have to point to one before it gains half of what it could. */
const FEW_LINKS = 3;

export type Boost = (
  places: readonly Place[],
  access: AccessFilter,
  signal: AbortSignal,
) => Promise<readonly Place[]>;

export interface BoostFacts {
  readonly now: () => number;
  /** Needed for what people said of documents. */
  readonly feedback?: Pick<Feedback, 'opinions'>;
  /** Needed for links. */
  readonly catalog?: Pick<Catalog, 'text'>;
  /** Needed for people. */
  readonly peopleNear?: FindPeopleNear;
}

/** Ties and equal boosts leave the order as it was. */
export function createBoost(settings: BoostSettings, facts: BoostFacts): Boost {
  const { now, feedback, catalog, peopleNear } = facts;
  const { most = MOST } = settings;
  const labels = new Map(
    Object.entries(settings.labels ?? {}).map(([name, share]) => [name.toLowerCase(), share]),
  );
  return async (places, access, signal) => {
    const first = places.slice(0, BOOSTED_PLACES);
    const [opinions, links, near] = await Promise.all([
      settings.feedback && feedback?.opinions(),
      settings.links && catalog && pointingTo(first, catalog, access, signal),
      settings.people && peopleNear?.(access, signal),
    ]);
    const moved = first.map((place) => {
      const shares = {
        recency: recencyOf(place, settings.recency, now()),
        label: labelOf(place, labels),
        feedback: (settings.feedback?.weight ?? 0) * leaningOf(opinions?.get(place.record.id)),
        links: (settings.links?.weight ?? 0) * authorityOf(links?.get(place.record.id)),
        people: near ? (settings.people?.weight ?? 0) * nearnessOf(place, near) : 0,
      };
      const sum = Object.values(shares).reduce((all, share) => all + share, 0);
      const together = Math.max(-most, Math.min(most, sum));
      return boosted(place, together, shares);
    });
    moved.sort((a, b) => b.ranked.score - a.ranked.score);
    return [...moved, ...places.slice(BOOSTED_PLACES)];
  };
}

/** A time to come counts as now: clocks differ. */
function recencyOf({ record }: Place, recency: BoostSettings['recency'], now: number): number {
  const changedAt = Date.parse(record.updatedAt ?? '');
  if (!recency || Number.isNaN(changedAt)) return 0;
  const halfLife = recency.kinds?.[record.kind] ?? recency.halfLifeDays;
  const days = Math.max(0, now - changedAt) / DAY_MS;
  return recency.weight * 2 ** (-days / halfLife);
}

/** The strongest one: labels do not add up. */
function labelOf({ record }: Place, labels: ReadonlyMap<string, number>): number {
  const shares = (record.labels ?? []).map((label) => labels.get(label.toLowerCase()) ?? 0);
  return shares.reduce((strongest, share) => (Math.abs(share) > Math.abs(strongest) ? share : strongest), 0);
}

/** From -1 to 1: a single person hardly moves it. */
function leaningOf({ helpful, against }: Opinion = { helpful: 0, against: 0 }): number {
  return (helpful - against) / (helpful + against + DOUBT);
}

/** From 0 to 1, by how many point to it. */
function authorityOf(links = 0): number {
  return links / (links + FEW_LINKS);
}

function boosted(place: Place, share: number, shares: Readonly<Record<string, number>>): Place {
  const { score, parts } = place.ranked;
  const named = Object.entries(shares).flatMap(([name, value]) =>
    value === 0 ? [] : [[`boost.${name}`, value]],
  );
  const ranked = {
    ...place.ranked,
    score: score * (1 + share),
    parts: { ...parts, ...Object.fromEntries(named) },
  };
  return { ...place, ranked };
}
