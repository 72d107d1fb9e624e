import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { loadSpecification } from './specification.ts';

const file = new URL('../../../../shared/specs/confluence-cloud-v2.json', import.meta.url);
const skip = existsSync(file) ? false : 'the API descriptions are not beside the checkout';

describe('an API description as a judge', { skip }, () => {
  const specification = skip ? undefined : loadSpecification(file, { basePath: '/wiki/api/v2' });
  const url = (query: string) => new URL(`http://x/pages?${query}`);

  it('finds operations by their path, literal ones first', () => {
    assert.equal(specification?.find('GET', '/wiki/api/v2/pages/12')?.name, 'GET /pages/{id}');
    assert.equal(specification?.find('GET', '/wiki/api/v2/nothing/there'), undefined);
  });

  it('names what a request may not say', () => {
    const pages = specification?.find('GET', '/wiki/api/v2/pages');
    assert.deepEqual(pages?.checkRequest(url('limit=25&status=current'), undefined), []);
    assert.match(pages?.checkRequest(url('limit=251'), undefined).join() ?? '', /"limit" does not allow/);
    assert.match(pages?.checkRequest(url('start=10'), undefined).join() ?? '', /no query parameter "start"/);
    assert.match(pages?.checkRequest(url('status=lost'), undefined).join() ?? '', /"status"/);
  });

  it('names what an answer may not hold', () => {
    const pages = specification?.find('GET', '/wiki/api/v2/pages');
    assert.deepEqual(pages?.checkAnswer(200, { results: [{ id: '1', status: 'current' }], _links: {} }), []);
    assert.match(pages?.checkAnswer(200, { results: [{ id: 1 }] }).join() ?? '', /must be string/);
  });
});
