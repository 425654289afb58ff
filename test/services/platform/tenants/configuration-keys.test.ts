import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { DomainError } from '../../../../src/errors.ts';
import {
  CONFIGURATION_KEYS,
  type ConfigurationKeyName,
  convertConfigurationValue,
} from '../../../../src/services/platform/tenants/configuration-keys.ts';
import { resolveSettings } from '../../../../src/services/platform/tenants/settings.ts';

const SYSTEM = {
  targetTokenEnabled: true,
  gatewayTokenEnabled: false,
  given: { targetTokenEnabled: false, gatewayTokenEnabled: false },
  privateWebhooks: false,
  mostTargets: 1,
  deviceWrites: { atOnce: 1, perMinute: 1 },
};
const KEYS = Object.keys(CONFIGURATION_KEYS) as ConfigurationKeyName[];

describe('conversion', () => {
  test.each([
    ['rollout.approval.enabled', 'true', true],
    ['rollout.approval.enabled', 'off', false],
    ['rollout.approval.enabled', 'YES', true],
    ['rollout.approval.enabled', '1', true],
    ['rollout.approval.enabled', '0', false],
    ['maintenanceWindowPollCount', '4', 4],
    ['maintenanceWindowPollCount', -1, -1],
    ['maintenanceWindowPollCount', 1.5, 1],
    ['maintenanceWindowPollCount', -0.5, 0],
  ] as const)('%s: %j is %j', (key, value, converted) => {
    expect(convertConfigurationValue(key, value)).toBe(converted);
  });

  test.each([
    ['rollout.approval.enabled', 'maybe'],
    ['rollout.approval.enabled', 12],
    ['rollout.approval.enabled', 0],
    ['rollout.approval.enabled', ''],
    ['maintenanceWindowPollCount', '2.0'],
    ['maintenanceWindowPollCount', ''],
    ['maintenanceWindowPollCount', 2 ** 31],
    ['action.cleanup.auto.expiry', true],
    ['action.cleanup.auto.expiry', 1e300],
    ['authentication.header.authority', {}],
    ['authentication.header.authority', 'a\0'],
    ['authentication.header.authority', '\ud800'],
    ['authentication.header.authority', 'x'.repeat(4097)],
    ['pollingOverdueTime', 'PT-5M'],
  ] as const)('%s: %j is refused', (key, value) => {
    expect(() => convertConfigurationValue(key, value)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION_VALUE_INVALID', details: { path: [key] } }),
    );
  });

  it('refuses an overdue time that is none as malformed, as hawkBit does', () => {
    expect(() => convertConfigurationValue('pollingOverdueTime', 'abc')).toThrow(
      expect.objectContaining({ code: 'MALFORMED_INPUT' }),
    );
  });

  const untellable = fc.constant({ toString: '' }); // String() of it throws
  const anything = fc.oneof(
    fc.anything(),
    untellable,
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.boolean(),
  );

  it('gives a value of the kind, or a domain error, whatever it gets', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), anything, (key, value) => {
        let converted: unknown;
        try {
          converted = convertConfigurationValue(key, value);
        } catch (error) {
          expect(error).toBeInstanceOf(DomainError);
          return;
        }
        expect(typeof converted).toBe(
          { boolean: 'boolean', integer: 'number', text: 'string', id: 'number' }[
            CONFIGURATION_KEYS[key].kind
          ],
        );
        expect(convertConfigurationValue(key, converted)).toBe(converted);
      }),
      { numRuns: 500 },
    );
  });

  it('resolves settings whatever is stored, by what is inherited', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...KEYS), anything), (stored) => {
        const { polling, overdueSeconds } = resolveSettings(new Map(Object.entries(stored)) as never, SYSTEM);
        expect(polling.seconds).toBeGreaterThanOrEqual(30);
        expect(overdueSeconds).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  it('falls back to the inherited value where a stored one is no longer fit', async () => {
    const own = new Map([
      ['pollingTime', '00:10:00,gone==1->00:20:00'],
      ['pollingOverdueTime', 'soon'],
      ['authentication.targettoken.enabled', 'perhaps'],
    ]);
    expect(resolveSettings(own, SYSTEM)).toMatchObject({
      polling: { seconds: 300, overrides: [] },
      overdueSeconds: 300,
      targetTokenEnabled: true,
    });
  });
});
