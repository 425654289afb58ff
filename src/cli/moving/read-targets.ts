import { refused } from '../failure.ts';
import type { Move } from './move.ts';
import { mapSome, Refusal, type Side } from './side.ts';
import { TARGET_TYPES } from './types.ts';

/** A target as it is moved. */
export interface Target {
  controllerId: string;
  name: string;
  description: string;
  group: string | undefined;
  address: string;
  securityToken: string | undefined;
  requestAttributes: boolean | undefined;
  /** The key of its type; empty for none. */
  targetType: string | undefined;
  attributes: Record<string, string>;
  metadata: Record<string, string>;
  /** Who activated it and why, in JSON; empty where it isn't active, undefined where the server has no such thing. */
  autoConfirm: string | undefined;
}

/** As the Management API tells of a target. */
interface Listed {
  controllerId: string;
  name: string;
  description?: string;
  group?: string;
  address?: string;
  securityToken?: string;
  requestAttributes?: boolean;
  targetType?: number;
  autoConfirmActive?: boolean;
}

/** Some of hawkBit's targets; `gone` were deleted while the page was read. */
export interface TargetPage {
  targets: Target[];
  offset: number;
  total: number;
  gone: number;
}

/** All targets of hawkBit from an offset on, page by page, with what belongs to each. @throws Failure without tokens */
export async function* readTargets({ hawkbit, width }: Move, from: number): AsyncGenerator<TargetPage> {
  const types = (await hawkbit.index(TARGET_TYPES)).byId;
  const confirms = await autoConfirmOf(hawkbit.side);
  const path = 'targets?sort=controllerId:ASC';
  for await (const { items, offset, total } of hawkbit.side.pages<Listed>(path, from)) {
    if (items.some(({ securityToken }) => securityToken === undefined))
      throw refused(
        `hawkBit at ${hawkbit.side.url.href} doesn't show the tokens of targets, without which no device could sign in: its user needs READ_TARGET_SECURITY_TOKEN`,
      );
    const read = await mapSome(items, width, async (listed) => {
      const details = await detailsOf(hawkbit.side, listed, confirms);
      return details && { ...plainOf(listed, types), ...details };
    });
    const targets = read.filter((target) => target !== undefined);
    yield { targets, offset, total, gone: items.length - targets.length };
  }
}

const plainOf = (listed: Listed, types: ReadonlyMap<number, string>) => ({
  controllerId: listed.controllerId,
  name: listed.name,
  description: listed.description ?? '',
  group: listed.group ?? '',
  address: listed.address ?? '',
  securityToken: listed.securityToken,
  requestAttributes: listed.requestAttributes,
  targetType: listed.targetType === undefined ? '' : types.get(listed.targetType),
});

type Details = Pick<Target, 'attributes' | 'metadata' | 'autoConfirm'>;

/** Undefined for a target that is gone. */
async function detailsOf(
  side: Side,
  { controllerId, autoConfirmActive }: Listed,
  confirms: AutoConfirm,
): Promise<Details | undefined> {
  const path = `targets/${encodeURIComponent(controllerId)}`;
  try {
    const [attributes, metadata] = await Promise.all([
      side.get<Record<string, string>>(`${path}/attributes`),
      side.all<{ key: string; value: string }>(`${path}/metadata`),
    ]);
    return {
      attributes: attributes ?? {},
      metadata: Object.fromEntries(metadata.map(({ key, value }) => [key, value])),
      autoConfirm: await confirms(path, autoConfirmActive),
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 404) return undefined;
    // hawkBit makes targets with a slash in their name, and refuses every path to them.
    if (/[/\\]/.test(controllerId)) return { attributes: {}, metadata: {}, autoConfirm: undefined };
    throw error;
  }
}

type AutoConfirm = (path: string, isActive: boolean | undefined) => Promise<string | undefined>;

/** Lists tell of auto-confirmation only while the tenant asks for confirmations: otherwise each target is asked, if any has it. */
async function autoConfirmOf(side: Side): Promise<AutoConfirm> {
  const some = await side.total('targets?q=autoconfirm==true').catch((error) => {
    // An older hawkBit, which has no such thing.
    if (error instanceof Refusal) return undefined;
    throw error;
  });
  if (some === undefined) return async () => undefined;
  if (some === 0) return async () => '';
  return async (path, isActive) => {
    if (isActive === false) return '';
    const found = await side.get<{ active: boolean; initiator?: string; remark?: string }>(
      `${path}/autoConfirm`,
    );
    return found?.active ? wordsOf(found) : '';
  };
}

/** Initiator and remark as one text, and so never empty. */
export const wordsOf = ({
  initiator,
  remark,
}: {
  initiator?: string | null | undefined;
  remark?: string | null | undefined;
}): string => JSON.stringify([initiator ?? '', remark ?? '']);
