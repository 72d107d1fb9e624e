import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseQuietHours, parseSchedule } from './index.ts';

const at = (iso: string) => Date.parse(iso);
const run = (startedAt: string, endedAt = startedAt) => ({ startedAt: at(startedAt), endedAt: at(endedAt) });
const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());

describe('schedules', () => {
  it('count an interval from the end of the last run, with up to a tenth more', () => {
    const last = run('2026-01-01T00:00:00Z', '2026-01-01T02:00:00Z');
    assert.equal(iso(parseSchedule('10m', {}, () => 0).next(last)), '2026-01-01T02:10:00.000Z');
    assert.equal(iso(parseSchedule('10m', {}, () => 1).next(last)), '2026-01-01T02:11:00.000Z');
    assert.equal(iso(parseSchedule('1 d', {}, () => 0).next(last)), '2026-01-02T02:00:00.000Z');
  });

  it('[schedule.catch-up] name the first time after the last run began, missed ones included', () => {
    const nightly = parseSchedule('0 3 * * *', { timeZone: 'Asia/Tokyo' });
    const last = run('2026-01-01T00:00:00Z', '2026-01-05T00:00:00Z');
    assert.equal(iso(nightly.next(last)), '2026-01-01T18:00:00.000Z');
  });

  it('keep the hour of the place when its clocks change', () => {
    const nightly = parseSchedule('30 3 * * *', { timeZone: 'Europe/Berlin' });
    assert.equal(iso(nightly.next(run('2026-03-28T12:00:00Z'))), '2026-03-29T01:30:00.000Z');
    assert.equal(iso(nightly.next(run('2026-03-27T12:00:00Z'))), '2026-03-28T02:30:00.000Z');
  });

  it('never come where that is wanted', () => {
    assert.equal(parseSchedule('never').next(run('2026-01-01T00:00:00Z')), undefined);
  });

  it('[schedule.bad] refuse what is none, and say what is', () => {
    for (const text of ['', '5', '5x', '0s', '400d', '* * *', '61 * * * *', '0 0 3 * * *', 'daily'])
      assert.throws(() => parseSchedule(text), /an interval from "1s".*cron expression.*"never"/u, text);
  });
});

describe('quiet hours', () => {
  const night = parseQuietHours('22:00-06:30', 'Asia/Tokyo');

  it('put off what falls into them until their end', () => {
    assert.equal(iso(night.after(at('2026-01-01T13:00:00Z'))), '2026-01-01T21:30:00.000Z');
    assert.equal(iso(night.after(at('2026-01-01T21:29:59.500Z'))), '2026-01-01T21:30:00.000Z');
  });

  it('leave the rest of the day alone', () => {
    for (const time of ['2026-01-01T12:59:59.000Z', '2026-01-01T21:30:00.000Z'])
      assert.equal(iso(night.after(at(time))), time);
  });

  it('end when the clock of the place says so, in a longer night too', () => {
    const berlin = parseQuietHours('22:00-06:00', 'Europe/Berlin');
    assert.equal(iso(berlin.after(at('2026-10-24T20:00:00Z'))), '2026-10-25T05:00:00.000Z');
  });

  it('[schedule.bad] refuse what is no part of a day', () => {
    for (const text of ['', '22-6', '24:00-06:00', '10:00', '9:00-10:00'])
      assert.throws(() => parseQuietHours(text), /part of the day/u);
  });
});
