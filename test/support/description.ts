import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

type Json = Record<string, unknown>;
interface Answer {
  $ref?: string;
  content?: Record<string, { schema: Json }>;
}
interface Described {
  responses: Record<string, Answer>;
}

/** An exchange to be held against the document of the API. */
export interface Exchange {
  method: string;
  /** With or without its query. */
  path: string;
  status: number;
  type: string;
  json?: unknown;
}

/** Knows the document of a server. */
export interface Description {
  /** What of an exchange is otherwise than the document says: the status, the type, or a field. */
  differences(exchange: Exchange): string[];
}

export function openDescription(document: Json): Description {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    formats: { binary: true, 'date-time': true, int64: true, int32: true },
  });
  ajv.addSchema({ $id: 'api', ...(closed(document) as Json) });
  const { responses } = document['components'] as { responses: Record<string, Answer> };
  const known = new Map<string, ValidateFunction>();
  const validatorOf = (pointer: string) => {
    const found = known.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` });
    known.set(pointer, found);
    return found;
  };
  const operations = Object.entries(document['paths'] as Record<string, Record<string, Described>>).map(
    ([path, methods]) => ({ path, methods, pattern: patternOf(path) }),
  );
  const faultsOf = (pointer: string, value: unknown) => {
    const validate = validatorOf(pointer);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
  return {
    differences({ method, path, status, type, json }) {
      const plain = path.replace(/\?.*/s, '');
      // A path without parameters comes before one that has some.
      const found = operations
        .filter(({ pattern }) => pattern.test(plain))
        .sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
      const name = method === 'HEAD' ? 'get' : method.toLowerCase();
      const operation = found?.methods[name];
      if (!found || !operation)
        return [404, 405, 401, 400].includes(status) ? [] : [`${method} ${plain}: not described`];
      const at = `${method} ${found.path}`;
      const described = operation.responses[status];
      if (!described) return [`${at}: ${status} is not described`];
      const { $ref } = described;
      const pointer = $ref?.slice(1) ?? `/paths/${escaped(found.path)}/${name}/responses/${status}`;
      const answer = $ref === undefined ? described : responses[$ref.replace(/.*\//, '')]!;
      const essence = type.replace(/;.*/s, '');
      const problems: string[] = [];
      if (json !== undefined && !answer.content?.[essence])
        problems.push(`${at}: ${status} in ${type} is not described`);
      else if (json !== undefined)
        problems.push(
          ...faultsOf(`${pointer}/content/${escaped(essence)}/schema`, json).map(
            (fault) => `${at} ${status}: ${fault}`,
          ),
        );
      return problems;
    },
  };
}

const escaped = (key: string) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));

const patternOf = (path: string) =>
  new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`);

/** The same schemas, where objects have no fields but those that are described. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]));
  return copy['type'] === 'object' && copy['properties'] ? { additionalProperties: false, ...copy } : copy;
}
