import { describe, expect, it } from 'vitest';
import { duration, openProgress } from '../../src/cli/progress.ts';

/** What stands in the line in the end. */
const shown = (written: string) => written.split('\r\x1b[K').at(-1);

function progressOn(output: { isTTY: boolean; columns?: number }) {
  const clock = { now: 0 };
  const written = { text: '' };
  const write = (text: string) => {
    written.text += text;
  };
  return { clock, written, progress: openProgress({ ...output, write }, () => clock.now) };
}

describe('progress', () => {
  it('moves a bar in a terminal, and tells the time left', () => {
    const { clock, written, progress } = progressOn({ isTTY: true, columns: 0 });
    progress.show({ share: 0, rows: 0 });
    clock.now = 10_000;
    progress.show({ share: 0.25, rows: 2_500, refused: 3 });
    expect(shown(written.text)).toBe('[#####---------------] 25 %, 2,500 rows, 250/s, 0:30 left, 3 refused');
    progress.end();
    expect(shown(written.text)).toBe('');
  });

  it('measures what is gone on with by what is done now', () => {
    const { clock, written, progress } = progressOn({ isTTY: true });
    progress.show({ share: 0.5, rows: 500 });
    clock.now = 1_000;
    progress.show({ share: 0.75, rows: 750 });
    expect(shown(written.text)).toContain('250/s, 0:01 left');
  });

  it('keeps to one line of a narrow terminal', () => {
    const { written, progress } = progressOn({ isTTY: true, columns: 10 });
    progress.show({ share: 0.5, rows: 1 });
    expect(shown(written.text)).toHaveLength(9);
  });

  it('writes a line now and then where there is no terminal', () => {
    const { clock, written, progress } = progressOn({ isTTY: false });
    for (clock.now = 0; clock.now <= 5_000; clock.now += 1_000)
      progress.show({ share: undefined, rows: clock.now });
    expect(written.text).toBe('0 rows\n5,000 rows, 1,000/s\n');
  });

  it.each([
    [7, '0:07'],
    [750, '12:30'],
    [7380, '2:03:00'],
  ])('writes %i seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});
