import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { RULES } from '../../src/console/parts/rules.ts';
import { NewRole } from '../../src/services/access/roles/input.ts';
import { Username } from '../../src/services/access/users/input.ts';
import { RolloutUpdate } from '../../src/services/deployments/rollouts/input.ts';
import { DerivationKeyText } from '../../src/services/devices/enrollment/derivation.ts';
import { MetadataEntry } from '../../src/services/fleet/target-metadata/input.ts';
import { controllerId, TargetFields } from '../../src/services/fleet/targets/input.ts';
import { WebhookInput } from '../../src/services/platform/webhooks/input.ts';
import { ArtifactDetails } from '../../src/services/software/artifacts/input.ts';
import { DistributionSetUpdate } from '../../src/services/software/distribution-sets/input.ts';
import { SoftwareModuleUpdate } from '../../src/services/software/software-modules/input.ts';

type Ruled = Exclude<keyof typeof RULES, 'url' | 'size' | 'tenant'>;

/** What the server asks of the fields that have a rule. */
const SERVER: Record<Ruled, readonly z.ZodType[]> = {
  name: [TargetFields.shape.name, RolloutUpdate.shape.name, WebhookInput.shape.name],
  shortName: [NewRole.shape.name],
  username: [Username],
  version: [DistributionSetUpdate.shape.version],
  description: [TargetFields.shape.description, RolloutUpdate.shape.description, NewRole.shape.description],
  vendor: [SoftwareModuleUpdate.shape.vendor],
  group: [TargetFields.shape.group],
  controllerId: [controllerId],
  token: [TargetFields.shape.securityToken],
  address: [TargetFields.shape.address],
  derivationKey: [DerivationKeyText],
  key: [MetadataEntry.shape.key],
  value: [MetadataEntry.shape.value],
  filename: [ArtifactDetails.shape.filename],
  md5: [ArtifactDetails.shape.md5],
  sha1: [ArtifactDetails.shape.sha1],
  sha256: [ArtifactDetails.shape.sha256],
};

const LENGTHS = [31, 32, 33, 39, 40, 41, 63, 64, 65, 128, 129, 256, 257, 512, 513, 4_000, 4_001];
const TEXTS = [
  ...LENGTHS.map((length) => 'a'.repeat(length)),
  ...['pump 7', ' pump-7 ', 'pümp', '<b>x</b>', 'a < b & c > d', '<!--', '.', '..', 'a\u0007b', 'a\tb'],
  ...['a:b', 'a\\b', 'a/b', 'A1', 'xyz', '😀'.repeat(64), '😀'.repeat(65)],
];

describe('the rule of the console', () => {
  it.each(Object.entries(SERVER))('for %s is that of the server', (name, schemas) => {
    for (const text of TEXTS)
      for (const schema of schemas) {
        const result = schema.safeParse(text.trim());
        const told = RULES[name as Ruled](text, true);
        expect(told === undefined, text.slice(0, 80)).toBe(result.success);
        if (told) expect(result.error?.issues.map(({ message }) => message)).toContain(told);
      }
  });

  it('tells what can still become right only when the field is left', () => {
    expect(RULES.url('https', false)).toBeUndefined();
    expect(RULES.url('https', true)).toMatch(/^must be/);
    expect(RULES.url('https://example.org/hook', true)).toBeUndefined();
    expect(RULES.md5('abc', false)).toBeUndefined();
    expect(RULES.md5('abg', false)).toMatch(/hexadecimal/);
    expect(RULES.controllerId('pump 7', false)).toBe('must hold no white space');
    expect(RULES.controllerId('pump ', false)).toBeUndefined();
    expect(RULES.size('12k', false)).toBe('must be a whole number');
  });
});
