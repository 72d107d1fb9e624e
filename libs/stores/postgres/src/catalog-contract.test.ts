import { after, describe } from 'node:test';
import { catalogContract, postgresMissing } from '@fumikura/testkit';
import { TestServer } from './testing/place.ts';

describe('PostgreSQL', { skip: postgresMissing() ?? false }, () => {
  const server = new TestServer();
  after(() => server.stop());
  catalogContract({ name: 'postgres', make: () => server.place() });
});
