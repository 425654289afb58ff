import 'reflect-metadata';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { FleetResolver } from './fleet.ts';
import { TargetMutations } from './target-mutations.ts';
import { TargetTypeResolver } from './target-types.ts';
import { TargetResolver } from './targets.ts';
import { TenantConfigurationResolver } from './tenant-configuration.ts';
import { TenantResolver } from './tenants.ts';
import { UserResolver } from './users.ts';

/** The schema, made of the classes and their decorators. */
export function buildSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      TargetResolver,
      TargetMutations,
      TargetTypeResolver,
      FleetResolver,
      TenantConfigurationResolver,
      UserResolver,
      TenantResolver,
    ],
    validate: false,
  });
  schema.getQueryType()!.description = 'What can be read.';
  schema.getMutationType()!.description =
    'What can be changed. Each takes one `input` and answers with a payload.';
  return schema;
}

/** The text of `schema.graphql`, in an order that doesn't depend on that of the code. */
export const schemaText = (): string => `${printSchema(lexicographicSortSchema(buildSchema()))}\n`;
