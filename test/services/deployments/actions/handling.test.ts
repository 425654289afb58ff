import { describe, expect, it } from 'vitest';
import { type Handled, handlingOf } from '../../../../src/services/deployments/actions/handling.ts';

const NOW = new Date('2030-05-05T12:00:00Z');
const at = (time: string) => new Date(`2030-05-05T${time}Z`);
const action = (fields: Partial<Handled>): Handled => ({
  forceType: 'forced',
  forcedAt: null,
  maintenanceWindow: null,
  ...fields,
});
const everyDay = (hour: number, timezone = 'Z') => ({
  schedule: `0 0 ${hour} * * ?`,
  duration: '01:00:00',
  timezone,
});

describe('without a window', () => {
  it.each<[string, Partial<Handled>, object]>([
    ['forced', {}, { download: 'forced', update: 'forced', until: Infinity }],
    ['soft', { forceType: 'soft' }, { download: 'attempt', update: 'attempt', until: Infinity }],
    ['downloadonly', { forceType: 'downloadonly' }, { download: 'forced', update: 'skip', until: Infinity }],
    [
      'timeforced, not yet',
      { forceType: 'timeforced', forcedAt: at('12:00:01') },
      { download: 'attempt', update: 'attempt', until: at('12:00:01').getTime() },
    ],
    [
      'timeforced, from its time on',
      { forceType: 'timeforced', forcedAt: NOW },
      { download: 'forced', update: 'forced', until: Infinity },
    ],
  ])('%s', (_, fields, expected) => {
    expect(handlingOf(action(fields), NOW)).toMatchObject({ ...expected, window: null, opensAt: null });
  });
});

describe('with a window', () => {
  it.each<[string, Handled['maintenanceWindow'], object]>([
    [
      'before it opens the update waits, the download does not',
      everyDay(13),
      {
        download: 'forced',
        update: 'skip',
        window: 'unavailable',
        opensAt: at('13:00:00'),
        until: at('13:00:00').getTime(),
      },
    ],
    [
      'from its first moment on it is open',
      everyDay(12),
      {
        download: 'forced',
        update: 'forced',
        window: 'available',
        opensAt: null,
        until: at('13:00:00').getTime(),
      },
    ],
    ['at its end it is closed', everyDay(11), { update: 'skip', opensAt: new Date('2030-05-06T11:00:00Z') }],
    [
      'its hours are those of its timezone',
      everyDay(14, '+02:00'),
      { update: 'forced', window: 'available' },
    ],
    [
      'after the last one nothing changes any more',
      { ...everyDay(13), schedule: '0 0 13 4 5 ? 2030' },
      { update: 'skip', window: 'unavailable', opensAt: null, until: Infinity },
    ],
    [
      'days of the week count from Sunday as 1, as in Quartz',
      { ...everyDay(13), schedule: '0 0 13 ? * 1' },
      { opensAt: at('13:00:00') },
    ],
  ])('%s', (_, maintenanceWindow, expected) => {
    expect(handlingOf(action({ maintenanceWindow }), NOW)).toMatchObject(expected);
  });

  it('turns at whatever comes first, the window or the forced time', () => {
    const fields = { forceType: 'timeforced', maintenanceWindow: everyDay(13) } as const;
    const until = (time: string) => handlingOf(action({ ...fields, forcedAt: at(time) }), NOW).until;
    expect(until('12:30:00')).toBe(at('12:30:00').getTime());
    expect(until('13:30:00')).toBe(at('13:00:00').getTime());
  });
});
