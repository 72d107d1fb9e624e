import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jqlDate, knownZone, utc } from './dates.ts';

const at = (iso: string) => Date.parse(iso);

describe('dates of a query', () => {
  it('are minutes in the zone of the profile that asks', () => {
    assert.equal(jqlDate(at('2026-01-05T08:00:59Z'), 'Asia/Tokyo'), '2026-01-05 17:00');
    assert.equal(jqlDate(at('2026-01-05T02:30:00Z'), 'America/New_York'), '2026-01-04 21:30');
    assert.equal(jqlDate(at('2026-01-05T02:30:00Z'), 'Asia/Kolkata'), '2026-01-05 08:00');
  });

  it('are never later than meant where clocks go back', () => {
    // 01:30 is twice: at 05:30 and at 06:30 UTC. Whichever the source takes, nothing after 05:30 may be passed over.
    assert.equal(jqlDate(at('2026-11-01T05:30:00Z'), 'America/New_York'), '2026-11-01 00:30');
    assert.equal(jqlDate(at('2026-11-01T06:30:00Z'), 'America/New_York'), '2026-11-01 00:30');
    assert.equal(jqlDate(at('2026-11-01T07:00:00Z'), 'America/New_York'), '2026-11-01 02:00');
    assert.equal(jqlDate(at('2026-04-04T15:10:00Z'), 'Australia/Lord_Howe'), '2026-04-05 01:10');
  });

  it('reach back far enough when the zone is not known', () => {
    assert.equal(jqlDate(at('2026-01-05T20:00:00Z'), undefined), '2026-01-05 06:00');
    assert.equal(knownZone('Mars/Olympus'), undefined);
    assert.equal(knownZone(null), undefined);
    assert.equal(knownZone('Asia/Tokyo'), 'Asia/Tokyo');
  });

  it('come out of answers as UTC', () => {
    assert.equal(utc('2021-10-07T13:01:30.258-0700'), '2021-10-07T20:01:30.258Z');
    assert.equal(utc('soon'), undefined);
    assert.equal(utc(null), undefined);
  });
});
