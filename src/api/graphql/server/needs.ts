import type { ApolloServerPlugin } from '@apollo/server';
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getNullableType,
  isObjectType,
} from 'graphql';
import { Extensions } from 'type-graphql';
import { forbidden } from '../../../errors.ts';
import type { Permission } from '../../../services/access/grants.ts';
import { requirePermission } from '../../../services/access/permissions.ts';
import type { Context } from '../../../services/shared/context.ts';

const KEY = 'needs';

/**
 * Declares what a field needs beyond what its object needs. `withNeeds` does the rest: the caller without it gets null
 * and FORBIDDEN, and the description says so.
 */
export const Needs = (...needed: Permission[]) => Extensions({ [KEY]: needed });

/** What all the fields of a schema need: they are nullable, say it, and check it before anything is read. */
export function withNeeds(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type))
      for (const field of Object.values(type.getFields())) {
        const needed = field.extensions[KEY] as Permission[] | undefined;
        if (needed) guard(field, needed);
      }
}

function guard(field: GraphQLField<unknown, unknown>, needed: readonly Permission[]): void {
  field.type = getNullableType(field.type);
  field.description = `${field.description} Needs ${needed.join(' and ')}, otherwise null and FORBIDDEN.`;
  const resolve = field.resolve ?? defaultFieldResolver;
  const check = openCheck(needed);
  field.resolve = (source, args, context, info) => {
    check(context as Context);
    return resolve(source, args, context, info);
  };
}

/** A refusal is noted once for an operation, however many objects have the field. */
function openCheck(needed: readonly Permission[]): (context: Context) => void {
  const refused = new WeakSet<Context>();
  return (context) => {
    const lacking = needed.find((one) => !context.caller.permissions.has(one));
    if (lacking === undefined) return;
    if (refused.has(context)) throw forbidden(lacking);
    refused.add(context);
    requirePermission(context, lacking);
  };
}

/** Of refusals of one field, for each of many objects, only the first. */
export function onePerField<E extends Pick<GraphQLFormattedError, 'path' | 'message' | 'extensions'>>(
  errors: readonly E[],
): E[] {
  const told = new Set<string>();
  return errors.filter(({ path, message, extensions }) => {
    if (extensions?.['code'] !== 'FORBIDDEN' || !path) return true;
    const field = `${path.filter((step) => typeof step === 'string').join('.')} ${message}`;
    return !told.has(field) && told.add(field);
  });
}

/** Tells a refusal once for a field, in the answers to requests. */
export function refuseOncePerField(): ApolloServerPlugin<object> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body } }) {
          if (body.kind === 'single' && body.singleResult.errors)
            body.singleResult.errors = onePerField(body.singleResult.errors);
        },
      };
    },
  };
}
