import { readFileSync } from 'node:fs';
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema, schemaText } from '../../../../src/api/graphql/server/schema.ts';

it('is what schema.graphql says: `npm run schema` writes it anew', () => {
  expect(readFileSync('schema.graphql', 'utf8')).toBe(schemaText());
});

it('describes every type, field, argument and enum value', () => {
  const missing: string[] = [];
  const look = (name: string, { description }: { description?: string | null }) => {
    if (!description?.trim()) missing.push(name);
  };
  const types = Object.values(buildSchema().getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  for (const type of types) {
    look(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value);
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))
      for (const field of Object.values(type.getFields())) {
        look(`${type.name}.${field.name}`, field);
        if ('args' in field)
          for (const arg of field.args) look(`${type.name}.${field.name}(${arg.name})`, arg);
      }
  }
  expect(missing).toEqual([]);
  expect(types.length).toBeGreaterThan(50);
});

it('keeps the shapes that consoles rely on', () => {
  const plain = schemaText()
    .replace(/"""[\s\S]*?"""\n/g, '')
    .replace(/\s+/g, ' ');
  for (const shape of [
    'target( id: ID! ): Target',
    'targetByControllerId( controllerId: String! ): Target',
    'fleetSummary( filter: String ): FleetSummary!',
    'viewer: Viewer!',
    'type TargetConnection { edges: [TargetEdge!]! nodes: [Target!]! pageInfo: PageInfo! totalCount: Int! }',
    'input TargetOrder { direction: OrderDirection! field: TargetOrderField! }',
    'input CreateTargetsInput { dryRun: Boolean! = false errorPolicy: BulkErrorPolicy! = REJECT_ALL targets: [TargetInput!]! }',
    'input TargetInput { address: String controllerId: String! description: String group: String name: String requestAttributes: Boolean securityToken: String targetTypeId: ID }',
    'type CreateTargetsPayload { targets: [Target!]! userErrors: [UserError!]! }',
    'type UserError { code: UserErrorCode! expected: String length: Int message: String! path: [String!]! position: Int refusedTargets: RefusedTargets suggestion: String }',
    'enum UpdateStatus { ERROR IN_SYNC PENDING REGISTERED UNKNOWN }',
    'createTargets( input: CreateTargetsInput! ): CreateTargetsPayload!',
    'deleteTargets( input: DeleteTargetsInput! ): DeleteTargetsPayload!',
    'rotateTargetToken( input: RotateTargetTokenInput! ): RotateTargetTokenPayload!',
    'generateGatewayToken( input: GenerateGatewayTokenInput! ): GenerateGatewayTokenPayload!',
    'createUser( input: CreateUserInput! ): CreateUserPayload!',
    'createTenant( input: CreateTenantInput! ): CreateTenantPayload!',
  ])
    expect(plain.replace(/ +/g, ' ')).toContain(shape);
});
