import { distributionSetNotFound, invalid, malformed } from '../../errors.ts';
import { FORCE_TYPES } from '../../services/deployments/assignments/input.ts';
import type { RolloutInput } from '../../services/deployments/rollouts/input.ts';
import {
  asObjects,
  booleanOf,
  integer32Of,
  integerOf,
  type JsonObject,
  objectOf,
  requireNoNull,
  textOf,
  textOrEmpty,
} from '../json.ts';
import { ExactNumber } from '../json-reader.ts';

/** What its bodies call what `createRollout` takes. */
export const ROLLOUT_NAMES = {
  filter: 'targetFilterQuery',
  forceType: 'type',
  forcedAt: 'forcetime',
  groupCount: 'amountGroups',
  percentage: 'targetPercentage',
  dynamicGroup: 'dynamicGroupTemplate',
  successThreshold: 'successCondition.expression',
  successAction: 'successAction.action',
  successActionExpression: 'successAction.expression',
  errorThreshold: 'errorCondition.expression',
  errorActionExpression: 'errorAction.expression',
} as const;

/** The body of `POST /rollouts`. @throws MALFORMED_INPUT */
export function readRollout(body: JsonObject): RolloutInput {
  requireNoNull(body, 'distributionSetId', 'dynamic');
  return {
    name: textOrEmpty(body, 'name'),
    description: textOf(body, 'description'),
    distributionSetId: neededSetId(body),
    filter: textOrEmpty(body, 'targetFilterQuery'),
    forceType: wordOf(body, 'type', FORCE_TYPES),
    forcedAt: timeOf(body, 'forcetime'),
    startAt: timeOf(body, 'startAt'),
    weight: integer32Of(body, 'weight'),
    groupCount: integer32Of(body, 'amountGroups'),
    groups: listOf(body, 'groups')?.map(readGroup),
    dynamic: booleanOf(body, 'dynamic'),
    dynamicGroup: readDynamicGroup(objectOf(body, 'dynamicGroupTemplate')),
    confirmationRequired: booleanOf(body, 'confirmationRequired'),
    ...readConditions(body),
  };
}

const readGroup = (group: JsonObject): NonNullable<RolloutInput['groups']>[number] => ({
  name: textOrEmpty(group, 'name'),
  description: textOf(group, 'description'),
  filter: textOf(group, 'targetFilterQuery'),
  percentage: numberOf(group, 'targetPercentage'),
  confirmationRequired: booleanOf(group, 'confirmationRequired'),
  ...readConditions(group),
});

const readDynamicGroup = (template: JsonObject | undefined): RolloutInput['dynamicGroup'] =>
  template && {
    nameSuffix: textOf(template, 'nameSuffix'),
    targetCount: integerOf(template, 'targetCount') ?? 0,
  };

function readConditions(body: JsonObject) {
  const [success, error] = [objectOf(body, 'successAction'), objectOf(body, 'errorAction')];
  if (error) neededWordOf(error, 'action', ['PAUSE']);
  return {
    successThreshold: thresholdOf(body, 'successCondition'),
    successAction: success && neededWordOf(success, 'action', ['NEXTGROUP', 'PAUSE']),
    successActionExpression: success && textOf(success, 'expression'),
    errorThreshold: thresholdOf(body, 'errorCondition'),
    errorActionExpression: error && textOf(error, 'expression'),
  };
}

/** As hawkBit says of a set that isn't there. @throws DISTRIBUTION_SET_NOT_FOUND */
function neededSetId(body: JsonObject): number {
  const id = integerOf(body, 'distributionSetId');
  if (id === undefined) throw distributionSetNotFound('0', ['distributionSetId']);
  return id;
}

/** Whether it is a percentage is the service's to say. @throws INVALID_INPUT where it is no number */
function thresholdOf(body: JsonObject, field: string): number | undefined {
  const condition = objectOf(body, field);
  if (!condition) return undefined;
  neededWordOf(condition, 'condition', ['THRESHOLD']);
  const expression = textOf(condition, 'expression')?.trim();
  if (expression === undefined && field === 'errorCondition') return undefined;
  if (expression === undefined) throw invalid(`${field}.expression: is needed`, [field, 'expression']);
  const threshold = expression === '' ? Number.NaN : Number(expression);
  if (Number.isFinite(threshold)) return threshold;
  throw invalid(`${field}.expression: must be a whole number from 0 to 100`, [field, 'expression']);
}

function listOf(body: JsonObject, field: string): JsonObject[] | undefined {
  const list = body[field];
  if (list == null) return undefined;
  if (!Array.isArray(list)) throw malformed(`${field}: must be a list`, [field]);
  return asObjects(list, field);
}

function wordOf<T extends string>(body: JsonObject, field: string, words: readonly T[]): T | undefined {
  const text = textOf(body, field);
  const word = words.find((one) => one === text);
  if (text !== undefined && word === undefined)
    throw malformed(`${field}: must be one of ${words.join(', ')}`, [field]);
  return word;
}

/** A word where its object is given. @throws MALFORMED_INPUT, also without it */
function neededWordOf<T extends string>(body: JsonObject, field: string, words: readonly T[]): T {
  const word = wordOf(body, field, words);
  if (word === undefined) throw malformed(`${field}: must be one of ${words.join(', ')}`, [field]);
  return word;
}

function numberOf(body: JsonObject, field: string): number | undefined {
  const value = body[field];
  if (value == null || value === '') return undefined;
  const number = Number(value instanceof ExactNumber ? value.text : value);
  if (typeof value === 'boolean' || !Number.isFinite(number))
    throw malformed(`${field}: must be a number`, [field]);
  return number;
}

/** No time where it is beyond all times: by that, hawkBit's own console says that a rollout begins by hand only. */
function timeOf(body: JsonObject, field: string): Date | undefined {
  const milliseconds = integerOf(body, field);
  const time = milliseconds === undefined ? undefined : new Date(milliseconds);
  return time && Number.isNaN(time.getTime()) ? undefined : time;
}
