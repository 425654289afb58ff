import { describe, expect, test } from 'vitest';
import {
  CONFIGURATION_KEYS,
  type ConfigurationKeyName,
} from '../../../../src/services/platform/tenants/configuration-keys.ts';
import { typedValue, untypedValue } from '../../../../src/services/platform/tenants/typed-values.ts';

const POLLING = {
  interval: '00:05:00',
  deviationPercent: 10,
  overrides: [{ filter: 'group==a,name==b', interval: '00:01:00', deviationPercent: 0 }],
};

describe('a value by its meaning', () => {
  test.each<[ConfigurationKeyName, string | number | boolean, unknown]>([
    ['action.cleanup.auto.status', 'canceled; ERROR,nonsense', ['error', 'canceled']],
    ['action.delete.allowed.statuses', '', []],
    ['authentication.header.authority', ' ab, cd;', ['ab', 'cd']],
    ['pollingOverdueTime', 'PT5M', '00:05:00'],
    ['action.cleanup.auto.expiry', -1, null],
    ['action.cleanup.auto.expiry', 7_776_000_000, '2160:00:00'],
    [
      'pollingTime',
      '00:05:00~10%, group==a or name==b -> 60',
      { ...POLLING, overrides: [{ ...POLLING.overrides[0], filter: 'group==a or name==b' }] },
    ],
    // What was stored before a rule was made is not shown, as it is not used.
    ['pollingTime', 'nonsense', { interval: '00:05:00', deviationPercent: 0, overrides: [] }],
    ['authentication.gatewaytoken.key', '', null],
    ['rollout.approval.enabled', true, true],
  ])('of %s: %j is %j', (key, value, typed) => {
    expect(typedValue(key, value, CONFIGURATION_KEYS[key].inherited({} as never))).toEqual(typed);
  });

  test.each<[ConfigurationKeyName, unknown, unknown]>([
    ['action.cleanup.auto.status', ['error', 'cancel_rejected'], 'ERROR,CANCEL_REJECTED'],
    ['authentication.header.authority', ['ab', 'cd'], 'ab,cd'],
    ['action.cleanup.auto.expiry', 'P90D', 7_776_000_000],
    ['pollingTime', POLLING, '00:05:00~10%, group==a,name==b -> 00:01:00'],
    ['pollingTime', null, null],
    ['audit.retention.days', 3, 3],
  ])('of %s: %j is written as %j', (key, given, written) => {
    expect(untypedValue(key, given)).toBe(written);
  });

  test.each<[ConfigurationKeyName, unknown, string[]]>([
    ['authentication.header.authority', ['ab', 'c,d'], ['1']],
    ['authentication.header.authority', [''], ['0']],
    ['action.cleanup.auto.expiry', '-PT5M', []],
    ['action.cleanup.auto.expiry', 'soon', []],
    ['pollingTime', { ...POLLING, interval: '00:00:29' }, ['interval']],
    ['pollingTime', { ...POLLING, deviationPercent: -1 }, ['deviationPercent']],
    ['pollingTime', { ...POLLING, deviationPercent: 100 }, ['deviationPercent']],
    ['pollingTime', { ...POLLING, overrides: Array(101).fill(POLLING.overrides[0]) }, ['overrides']],
    [
      'pollingTime',
      { ...POLLING, overrides: [{ ...POLLING.overrides[0], filter: 'name=="->"' }] },
      ['overrides', '0', 'filter'],
    ],
    [
      'pollingTime',
      { ...POLLING, overrides: [{ ...POLLING.overrides[0], interval: '24:00:00' }] },
      ['overrides', '0', 'interval'],
    ],
  ])('of %s: %j is refused', (key, given, path) => {
    expect(() => untypedValue(key, given)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION_VALUE_INVALID', details: { path: [key, ...path] } }),
    );
  });
});
