import { describe, expect, it } from 'vitest';
import { essenceOf, isOfType, negotiator } from '../../src/api/media-types.ts';
import { unitsOf } from '../support/pace.ts';

const choose = negotiator(['application/hal+json', 'application/json', 'application/cbor']);
const HAL = 'application/hal+json';
const JSON_TYPE = 'application/json';

describe('of what a client accepts', () => {
  it.each([
    [undefined, HAL],
    ['', HAL],
    ['*/*', HAL],
    ['*', HAL],
    ['application/*', HAL],
    ['application/*+json', HAL],
    [JSON_TYPE, JSON_TYPE],
    ['Application/JSON', JSON_TYPE],
    ['application/json;charset=UTF-8', `${JSON_TYPE};charset=UTF-8`],
    ['application/json ; charset = utf-8', `${JSON_TYPE};charset=utf-8`],
    ['APPLICATION/JSON; Charset="utf-8"', `${JSON_TYPE};Charset="utf-8"`],
    ['application/json;charset=UTF-8, */*', `${JSON_TYPE};charset=UTF-8`],
    ['application/json;charset=UTF-8;q=0.9, application/hal+json', HAL],
    ['application/json;version=1;q=0.5', `${JSON_TYPE};version=1`],
    ['application/json;x="a,b;c", text/html', `${JSON_TYPE};x="a,b;c"`],
    ['application/hal+json;charset=utf-8', `${HAL};charset=utf-8`],
    ['application/cbor;a=b', 'application/cbor;a=b'],
    ['*/*;charset=UTF-8', HAL],
    ['application/json;q=0.5, application/hal+json', HAL],
    ['application/json, application/hal+json', JSON_TYPE],
    ['application/json, application/json;charset=UTF-8', `${JSON_TYPE};charset=UTF-8`],
    ['application/json;q=.4, application/*;q=.3', JSON_TYPE],
    ['*/*, application/json', HAL],
    ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', HAL],
    ['application/hal+json;q=0, */*', JSON_TYPE],
    ['nonsense, application/json', JSON_TYPE],
    ['application/json;q=2, application/cbor;q=0.1', 'application/cbor'],
  ])('%s chooses %s', (accept, contentType) => expect(choose(accept)?.contentType).toBe(contentType));

  it.each([
    'text/html',
    'application/json;q=0',
    'application/json;q=x',
    ';;;',
    'nonsense',
    ',',
    'ä',
    'application/',
    '/json',
    '"application/json"',
  ])('%s chooses none', (accept) => expect(choose(accept)).toBeUndefined());

  it.each(['ISO-8859-1', 'utf-16', 'nosuch'])('the charset %s is not claimed', (charset) =>
    expect(choose(`application/json;charset=${charset};a=b`)?.contentType).toBe('application/json;a=b'),
  );

  it.each([`a="\\"`, 'a=ä', 'a=b c', 'a', '=b', 'ä=b'])('the odd parameter %s is not repeated', (parameter) =>
    expect(choose(`application/json;${parameter}`)?.contentType).toBe(JSON_TYPE),
  );

  it('is remembered, but not without bound', () => {
    const first = choose('application/json; a=1');
    expect(choose('application/json; a=1')).toBe(first);
    for (let i = 0; i < 1_500; i++) choose(`application/json;a=${i}`);
    expect(choose('application/json; a=1')).not.toBe(first);
    const long = `application/json;a=${'x'.repeat(300)}`;
    expect(choose(long)).not.toBe(choose(long));
  });

  it('a header of the greatest length is read in no time', () => {
    const odd = ['a/b;c="', ',', ';', '"', '\\"', 'a/b;c=d,', 'application/json;q=0.001,'];
    for (const part of odd) {
      const header = part.repeat(16_384 / part.length);
      expect(unitsOf(() => choose(header))).toBeLessThan(30);
    }
  });
});

describe('the type of a body', () => {
  it.each([
    'application/json',
    'Application/Json ;charset=utf-8',
    'application/json;charset=ISO-8859-1',
    'application/json; foo=bar; charset="UTF-8"',
    'application/json;',
  ])('is JSON in %s', (type) => expect(isOfType(type, [JSON_TYPE])).toBe(true));

  it.each([undefined, '', 'application/jsonx', 'text/plain', 'application/json;charset=utf-16le', ';'])(
    'is not in %s',
    (type) => expect(isOfType(type, [JSON_TYPE])).toBe(false),
  );

  it('is told without its parameters', () => expect(essenceOf('Text/CSV ; header=present')).toBe('text/csv'));
});
