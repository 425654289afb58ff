import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagesOf } from '../../../../src/services/deployments/actions/messages.ts';

const lengths = (messages: string[]) => messages.map(({ length }) => length);

describe('the messages of an entry', () => {
  it('are what was said, between what the server says of it', () => {
    expect(messagesOf(['a', '', 'b'], { before: ['x'], after: ['y'] })).toEqual(['x', 'a', '', 'b', 'y']);
    expect(messagesOf([])).toEqual([]);
  });

  it.each([
    [511, [511]],
    [512, [512]],
    [513, [512, 1]],
    [1_024, [512, 512]],
    [1_300, [512, 512, 276]],
  ])('are pieces of 512 UTF-16 units where one has %i', (length, expected) => {
    expect(lengths(messagesOf(['x'.repeat(length)]))).toEqual(expected);
  });

  it('leave no pair of surrogates apart', () => {
    const message = `x${'😀'.repeat(600)}`;
    const pieces = messagesOf([message]);
    expect(lengths(pieces)).toEqual([511, 512, 178]);
    expect(pieces.join('')).toBe(message);
  });

  it('are 50 at the most: the rest is cut off with a mark', () => {
    const pieces = messagesOf(['x'.repeat(50 * 512)]);
    expect(lengths(pieces)).toEqual(Array(50).fill(512));
    const cut = messagesOf(['x'.repeat(50 * 512 + 1)], { after: ['code'] });
    expect(lengths(cut)).toEqual([...Array(49).fill(512), 4]);
    expect(cut[48]).toMatch(/x … \(cut off\)$/);
  });

  it('keep the beginning of all that was said', () => {
    const messages = messagesOf(Array(49).fill('y'.repeat(20_000)));
    expect(lengths(messages)).toEqual(Array(50).fill(512));
    expect(messages[0]).toBe('y'.repeat(512));
    for (const message of messages.slice(1)) expect(message).toMatch(/^y{500} … \(cut off\)$/);
  });

  it('are refused where they are more than 50, the server’s own counted', () => {
    expect(messagesOf(Array(50).fill('x'))).toHaveLength(50);
    expect(() => messagesOf(Array(51).fill('x'))).toThrow(
      expect.objectContaining({ code: 'QUOTA_EXCEEDED' }),
    );
    expect(() => messagesOf(Array(50).fill('x'), { after: ['code'] })).toThrow('50');
  });

  it('are well formed, no longer and no more than may be, whatever was said', () => {
    const said = fc.array(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 3_000 }), fc.constant('😀'.repeat(9_000))),
      {
        maxLength: 50,
      },
    );
    fc.assert(
      fc.property(said, (texts) => {
        const messages = messagesOf(texts);
        expect(messages.length).toBeGreaterThanOrEqual(texts.length);
        expect(messages.length).toBeLessThanOrEqual(50);
        for (const message of messages) {
          expect(message.length).toBeLessThanOrEqual(512);
          expect(message.isWellFormed()).toBe(true);
        }
        if (!messages.some((message) => message.endsWith('(cut off)')))
          expect(messages.join('')).toBe(texts.join(''));
      }),
    );
  });
});
