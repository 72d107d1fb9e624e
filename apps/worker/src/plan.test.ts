import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@fumikura/errors';
import type { Connector, JobRecord, ReadingRequest } from '@fumikura/ports';
import { parseQuietHours, parseSchedule } from '@fumikura/scheduling';
import { dueAt, dueNow, jobsOf, passesOf, retryAfter } from './plan.ts';
import type { ScheduledSource } from './plan.ts';

const ID = 'wiki:w';
const NOON = Date.parse('2026-01-05T12:00:00Z');
const MINUTE = 60_000;
const hourly = parseSchedule('1h', {}, () => 0);
const nothing = async function* () {
  // Has the pass, and nothing in it.
};
const connector: Connector = {
  id: ID,
  removals: 'by-listing',
  check: async () => ({ missing: [], counts: {} }),
  pull: nothing,
  listIds: nothing,
  pullAccess: nothing,
  directory: nothing,
  refresh: nothing,
};
const source = (facts: Partial<ScheduledSource> = {}): ScheduledSource => ({
  connector,
  schedules: { content: hourly, access: hourly, directory: hourly, census: hourly },
  ...facts,
});
const job = (pass: JobRecord['pass'], minutesAgo: number, facts: Partial<JobRecord> = {}): JobRecord => {
  const at = new Date(NOON - minutesAgo * MINUTE).toISOString();
  return { source: ID, pass, outcome: 'completed', startedAt: at, endedAt: at, failures: 0, ...facts };
};
const worksOf = (records: readonly JobRecord[], requests: readonly ReadingRequest[] = [], of = source()) =>
  dueNow(of, jobsOf(records, ID), requests, NOON).map(({ work }) => work);

describe('what is due of a source', () => {
  it('is people first and then the content, as long as it was never read', () => {
    assert.deepEqual(worksOf([]), ['directory', 'content']);
    assert.deepEqual(passesOf({ ...connector, removals: 'reported' }), ['directory', 'access', 'content']);
  });

  it('counts readers and census from the first reading of the content', () => {
    const jobs = jobsOf([job('content', 30), job('directory', 30)], ID);
    assert.equal(dueAt(source(), 'access', jobs, NOON), NOON + 30 * MINUTE);
    assert.deepEqual(worksOf([job('content', 61), job('directory', 30)]), ['access', 'census', 'content']);
  });

  it('[schedule.catch-up] is done once after however long a stop', () => {
    const old = ['content', 'access', 'directory', 'census'] as const;
    assert.deepEqual(worksOf(old.map((pass) => job(pass, 100_000))), [
      'directory',
      'access',
      'content',
      'census',
    ]);
  });

  it('is done anew when it was broken off', () => {
    assert.deepEqual(worksOf([job('content', 1, { outcome: 'running' }), job('directory', 1)]), ['content']);
    assert.deepEqual(worksOf([job('content', 1, { outcome: 'cancelled' }), job('directory', 1)]), [
      'content',
    ]);
  });

  it('[schedule.quiet] waits for the end of the quiet hours, but not for who may read what', () => {
    const quiet = parseQuietHours('08:00-18:00', 'UTC');
    const old = (['content', 'access', 'directory', 'census'] as const).map((pass) => job(pass, 600));
    assert.deepEqual(worksOf(old, [], source({ quiet })), ['directory', 'access']);
    assert.equal(
      dueAt(source({ quiet }), 'content', jobsOf(old, ID), NOON),
      NOON + 360 * MINUTE,
      'due since three in the night, and missed then',
    );
  });

  it('puts what was asked for before everything, and holds a failed one back', () => {
    const at = new Date(NOON).toISOString();
    const asked: ReadingRequest[] = [
      { seq: 1, source: ID, at, pass: 'access' },
      { seq: 2, source: ID, at, item: `${ID}/a` },
    ];
    const fresh = (['content', 'access', 'directory', 'census'] as const).map((pass) => job(pass, 1));
    assert.deepEqual(worksOf(fresh, asked), ['refresh', 'access']);
    const retryAt = new Date(NOON + 1).toISOString();
    assert.deepEqual(worksOf([...fresh, job('refresh', 1, { outcome: 'failed', retryAt })], asked), [
      'access',
    ]);
  });

  it('never comes when the schedule says so, unless it is asked for', () => {
    const never = source({ schedules: { ...source().schedules, content: parseSchedule('never') } });
    assert.deepEqual(worksOf([job('directory', 1)], [], never), []);
    const at = new Date(NOON).toISOString();
    assert.deepEqual(worksOf([job('directory', 1)], [{ seq: 1, source: ID, at, pass: 'content' }], never), [
      'content',
    ]);
  });
});

describe('after a failure', () => {
  const wait = (error: AppError, failures: number) =>
    (Date.parse(retryAfter(error, failures, NOON)) - NOON) / 1_000;
  it('is tried again later and later, as the source says, or when a person may have mended it', () => {
    const transient = new AppError('SOURCE_UNAVAILABLE', 'transient', 'down');
    assert.deepEqual(
      [1, 2, 3, 20].map((failures) => wait(transient, failures)),
      [30, 60, 120, 3_600],
    );
    const limited = new AppError('SOURCE_RATE_LIMITED', 'rate-limited', 'slow', { retryAfterMs: 7_200_000 });
    assert.equal(wait(limited, 1), 7_200);
    assert.equal(wait(new AppError('SOURCE_UNAUTHORISED', 'auth', 'expired'), 1), 3_600);
  });
});
