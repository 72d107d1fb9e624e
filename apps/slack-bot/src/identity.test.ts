import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isMember } from './identity.ts';

const organization = { team: 'T1', botUser: 'B1', home: 'E1', served: ['T1', 'T2'] };
const told = (enterprise_id: string, teams: string[], more = {}) =>
  isMember({ id: 'W1', team_id: 'T1', enterprise_user: { enterprise_id, teams }, ...more }, organization);

it('[slack.grid] only people of the organization, in a workspace that has the app, belong to it', () => {
  assert.ok(told('E1', ['T2']));
  assert.ok(!told('E1', ['T9']), 'a workspace without the app');
  assert.ok(!told('E2', ['T1']), 'another organization, whatever workspaces it names');
  assert.ok(!told('E1', ['T1'], { is_stranger: true }), 'somebody whom Slack calls a stranger');
  assert.ok(!isMember({ id: 'W1', team_id: 'T1' }, organization), 'nothing is told of an organization');
});
