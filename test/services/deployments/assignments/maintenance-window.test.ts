import { describe, expect, it } from 'vitest';
import { readMaintenanceWindow } from '../../../../src/services/deployments/assignments/maintenance-window.ts';

const NOW = new Date('2030-05-05T12:00:00Z');
const WINDOW = { schedule: '0 0 3 * * ?', duration: '01:00:00', timezone: '+02:00' };

describe('a maintenance window', () => {
  it.each([
    WINDOW,
    { ...WINDOW, timezone: 'Z' },
    { ...WINDOW, timezone: '-11:30' },
    { ...WINDOW, timezone: '+2' },
    { ...WINDOW, timezone: '-02' },
    { ...WINDOW, timezone: '+0230' },
    { ...WINDOW, duration: '23:59:59' },
    { ...WINDOW, schedule: '0 0/5 3-5 ? * MON-FRI 2030/2' },
    { ...WINDOW, schedule: '0 0 3 L * ?' },
    { ...WINDOW, schedule: '0 0 3 ? * 6#3' },
    // The last one is open still.
    { ...WINDOW, schedule: '0 30 11 5 5 ? 2030', timezone: 'Z' },
  ])('is taken: %j', (window) => {
    expect(readMaintenanceWindow(window, NOW)).toEqual(window);
  });

  it.each([{}, { schedule: '', duration: '', timezone: '' }, { schedule: null }])('is none: %j', (window) => {
    expect(readMaintenanceWindow(window, NOW)).toBeNull();
  });

  it.each<[string, object]>([
    ['maintenanceWindow', { ...WINDOW, timezone: undefined }],
    ['maintenanceWindow', { timezone: 'Z' }],
    ['maintenanceWindow.timezone', { ...WINDOW, timezone: 'Europe/Berlin' }],
    ['maintenanceWindow.timezone', { ...WINDOW, timezone: '+2:30' }],
    ['maintenanceWindow.timezone', { ...WINDOW, timezone: '02:00' }],
    ['maintenanceWindow.timezone', { ...WINDOW, timezone: '+02:60' }],
    ['maintenanceWindow.duration', { ...WINDOW, duration: '24:00:00' }],
    ['maintenanceWindow.duration', { ...WINDOW, duration: '1h' }],
    ['maintenanceWindow.schedule', { ...WINDOW, schedule: '0 3 * * *' }],
    ['maintenanceWindow.schedule', { ...WINDOW, schedule: '0 0 25 * * ?' }],
    ['maintenanceWindow.schedule', { ...WINDOW, schedule: '@daily' }],
    ['maintenanceWindow.schedule', { ...WINDOW, schedule: '2031-01-01T00:00:00' }],
    ['maintenanceWindow.schedule', { ...WINDOW, schedule: '0 0 3 1 1 ? 2020' }],
    ['maintenanceWindow.schedule', { ...WINDOW, schedule: '0 0 3 30 2 ?' }],
  ])('is refused, naming %s: %j', (field, window) => {
    expect(() => readMaintenanceWindow(window as never, NOW)).toThrow(
      expect.objectContaining({ code: 'MAINTENANCE_WINDOW_INVALID', details: { path: field.split('.') } }),
    );
  });
});
