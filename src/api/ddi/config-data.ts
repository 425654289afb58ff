import { malformed } from '../../errors.ts';
import {
  ATTRIBUTE_MODES,
  type AttributeEntry,
  type AttributeMode,
} from '../../services/fleet/targets/attributes.ts';
import { asObject, type JsonObject, textOf } from '../json.ts';

/**
 * Reads the body of `configData`: `data`, not empty, and `mode`, in lower case, merge where it is none.
 * @throws MALFORMED_INPUT
 */
export function readConfigData(body: JsonObject): { mode: AttributeMode; entries: AttributeEntry[] } {
  const mode = body['mode'] ?? 'merge';
  if (!ATTRIBUTE_MODES.includes(mode as AttributeMode))
    throw malformed(`mode: must be one of ${ATTRIBUTE_MODES.join(', ')}`, ['mode']);
  const data = asObject(body['data'], 'data');
  const entries = Object.keys(data).map((key): AttributeEntry => [key, textOf(data, key) ?? null]);
  if (!entries.length) throw malformed('data: must not be empty', ['data']);
  return { mode: mode as AttributeMode, entries };
}
