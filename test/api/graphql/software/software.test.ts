import { describe, expect, it } from 'vitest';
import { type Any, codesOf, openTestDoor } from '../support.ts';

const door = openTestDoor();

/** Runs a mutation; its payload. */
async function mutate(name: string, input: object, selection: string): Promise<Any> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { ${name}(input: $input) { ${selection} userErrors { code path message } } }`;
  const { data, errors } = await door.as()(query, { input });
  if (errors.length) throw new Error(JSON.stringify(errors));
  return data[name];
}

async function createModules(...versions: string[]): Promise<string[]> {
  const softwareModules = versions.map((version) => ({ type: { key: 'os' }, name: 'firmware', version }));
  const made = await mutate('createSoftwareModules', { softwareModules }, 'softwareModules { id }');
  return made.softwareModules.map(({ id }: Any) => id);
}

async function createSet(moduleIds: string[], more: object = {}): Promise<string> {
  const set = { type: { key: 'os' }, name: 'set', version: '1', moduleIds, ...more };
  const made = await mutate('createDistributionSets', { distributionSets: [set] }, 'distributionSets { id }');
  return made.distributionSets[0].id;
}

describe('types of software', () => {
  it('are there from the start: what hawkBit gives every tenant', async () => {
    const { data } = await door.as()(`{
      softwareModuleTypes { nodes { key maxAssignments } }
      distributionSetTypes { nodes { key moduleTypes { mandatory moduleType { key } } } }
    }`);
    expect(data.softwareModuleTypes.nodes).toEqual([
      { key: 'os', maxAssignments: 1 },
      { key: 'application', maxAssignments: 2 ** 31 - 1 },
    ]);
    expect(data.distributionSetTypes.nodes).toEqual([
      { key: 'os', moduleTypes: [{ mandatory: true, moduleType: { key: 'os' } }] },
      { key: 'app', moduleTypes: [{ mandatory: true, moduleType: { key: 'application' } }] },
      {
        key: 'os_app',
        moduleTypes: [
          { mandatory: true, moduleType: { key: 'os' } },
          { mandatory: false, moduleType: { key: 'application' } },
        ],
      },
    ]);
  });

  it('are created, changed and deleted', async () => {
    const type = { key: 'fpga', name: 'FPGA', maxAssignments: 1, minArtifacts: 1, color: 'red' };
    const made = await mutate(
      'createSoftwareModuleTypes',
      { softwareModuleTypes: [type] },
      'softwareModuleTypes { id key minArtifacts deleted }',
    );
    const [{ id, ...shown }] = made.softwareModuleTypes;
    expect(shown).toEqual({ key: 'fpga', minArtifacts: 1, deleted: false });
    const changed = await mutate(
      'updateSoftwareModuleType',
      { id, color: null, description: 'gates' },
      'softwareModuleType { color description }',
    );
    expect(changed.softwareModuleType).toEqual({ color: null, description: 'gates' });

    const setType = { key: 'board', name: 'Board', mandatoryModuleTypeIds: [id] };
    const sets = await mutate(
      'createDistributionSetTypes',
      { distributionSetTypes: [setType] },
      'distributionSetTypes { id }',
    );
    const setTypeId = sets.distributionSetTypes[0].id;
    const eased = await mutate(
      'setModuleTypeOfSets',
      { id: setTypeId, moduleTypeId: id, role: 'OPTIONAL' },
      'distributionSetType { moduleTypes { mandatory } }',
    );
    expect(eased.distributionSetType.moduleTypes).toEqual([{ mandatory: false }]);

    expect((await mutate('deleteSoftwareModuleType', { id }, 'deletedIds')).deletedIds).toEqual([id]);
    const left = await door.as()(
      'query ($id: ID!) { softwareModuleType(id: $id) { deleted } softwareModuleTypes(softDeleted: ONLY_SOFT_DELETED) { totalCount } }',
      { id },
    );
    expect(left.data).toEqual({
      softwareModuleType: { deleted: true },
      softwareModuleTypes: { totalCount: 1 },
    });
    expect((await mutate('deleteDistributionSetType', { id: setTypeId }, 'deletedIds')).deletedIds).toContain(
      setTypeId,
    );
  });

  it('name ids that are none as they were written', async () => {
    const unknown = { id: 'x', moduleTypeId: '7', role: 'NONE' };
    expect((await mutate('setModuleTypeOfSets', unknown, 'distributionSetType { id }')).userErrors).toEqual([
      {
        code: 'DISTRIBUTION_SET_TYPE_NOT_FOUND',
        path: ['id'],
        message: expect.stringContaining('{x}'),
      },
    ]);
  });
});

describe('modules and sets', () => {
  it('are created with what belongs to them, and found', async () => {
    const [moduleId] = await createModules('1');
    const setId = await createSet([moduleId!]);
    await mutate(
      'setSoftwareModuleMetadata',
      { id: moduleId, entries: [{ key: 'k', value: 'v', targetVisible: true }] },
      'softwareModule { id }',
    );
    await mutate(
      'setDistributionSetMetadata',
      { id: setId, entries: [{ key: 'k', value: 'v' }] },
      'distributionSet { id }',
    );
    const tags = await mutate(
      'createDistributionSetTags',
      { distributionSetTags: [{ name: 'stable' }] },
      'distributionSetTags { id }',
    );
    const tagId = tags.distributionSetTags[0].id;
    const tagged = { tagId, distributionSetIds: [setId] };
    const shown = 'affectedCount distributionSets { id tags { name } }';
    const distributionSets = [{ id: setId, tags: [{ name: 'stable' }] }];
    expect(await mutate('assignDistributionSetTag', tagged, shown)).toMatchObject({
      affectedCount: 1,
      distributionSets,
    });
    expect(await mutate('assignDistributionSetTag', tagged, shown)).toMatchObject({
      affectedCount: 0,
      distributionSets,
    });

    const { data } = await door.as()(
      `{ distributionSets(filter: "tag==stable and metadata.k==v and complete==true") { totalCount nodes {
        name version complete valid locked type { key } tags { name } metadata { key value }
        modules { name version type { key } metadata { key targetVisible } artifacts { filename } } } } }`,
    );
    expect(data.distributionSets).toEqual({
      totalCount: 1,
      nodes: [
        {
          name: 'set',
          version: '1',
          complete: true,
          valid: true,
          locked: false,
          type: { key: 'os' },
          tags: [{ name: 'stable' }],
          metadata: [{ key: 'k', value: 'v' }],
          modules: [
            {
              name: 'firmware',
              version: '1',
              type: { key: 'os' },
              metadata: [{ key: 'k', targetVisible: true }],
              artifacts: [],
            },
          ],
        },
      ],
    });
  });

  it('load what is nested in as many statements for a page of many as for one of one', async () => {
    const ids = await createModules('1', '2', '3', '4', '5');
    for (const [index, id] of ids.entries()) await createSet([id], { version: String(index) });
    const ask = door.as();
    const statements = async (first: number) => {
      const nested = 'type { key moduleTypes { mandatory } } tags { name } metadata { key }';
      const modules = 'modules { type { key } metadata { key } artifacts { id } }';
      const query = `{ distributionSets(first: ${first}) { nodes { ${nested} ${modules} } } }`;
      await ask(query);
      const before = door.statements;
      const { data } = await ask(query);
      expect(data.distributionSets.nodes).toHaveLength(first);
      return door.statements - before;
    };
    expect(await statements(5)).toBe(await statements(1));
  });

  it('change their modules until they are locked', async () => {
    const [first, second] = await createModules('1', '2');
    const id = await createSet([first!]);
    const after = await mutate(
      'assignSoftwareModules',
      { id, moduleIds: [second] },
      'distributionSet { modules { id } }',
    );
    expect(after.distributionSet.modules, 'of type os there is only one').toEqual([{ id: second }]);
    const locked = await mutate(
      'updateDistributionSet',
      { id, locked: true },
      'distributionSet { locked modules { locked } }',
    );
    expect(locked.distributionSet).toEqual({ locked: true, modules: [{ locked: true }] });
    const refused = await mutate(
      'removeSoftwareModules',
      { id, moduleIds: [second] },
      'distributionSet { id }',
    );
    expect(refused.userErrors).toMatchObject([{ code: 'LOCKED' }]);
    expect((await mutate('deleteSoftwareModule', { id: second }, 'deletedIds')).userErrors).toMatchObject([
      { code: 'LOCKED' },
    ]);
  });

  it('clear by null what can be empty, and nothing else', async () => {
    const [moduleId] = await createModules('cleared');
    const id = await createSet([moduleId!], { name: 'cleared', description: 'about' });
    const update = (fields: object) =>
      mutate('updateDistributionSet', { id, ...fields }, 'distributionSet { name description }');
    for (const field of ['name', 'version', 'requiredMigrationStep', 'locked'])
      expect((await update({ [field]: null, description: 'other' })).userErrors).toMatchObject([
        { code: 'INVALID_INPUT', path: [field] },
      ]);
    expect((await update({ name: 'kept' })).distributionSet).toEqual({ name: 'kept', description: 'about' });
    expect((await update({ description: null })).distributionSet).toEqual({
      name: 'kept',
      description: null,
    });

    const updateModule = (fields: object) =>
      mutate('updateSoftwareModule', { id: moduleId, ...fields }, 'softwareModule { description vendor }');
    await updateModule({ description: 'about', vendor: 'maker' });
    expect((await updateModule({ locked: null })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['locked'] },
    ]);
    expect((await updateModule({ vendor: null })).softwareModule).toEqual({
      description: 'about',
      vendor: null,
    });
  });

  it('are invalid for good', async () => {
    const [moduleId] = await createModules('1');
    const id = await createSet([moduleId!]);
    const invalid = { id, cancelActions: 'NONE' };
    const answer = await mutate('invalidateDistributionSet', invalid, 'distributionSet { valid }');
    expect(answer.distributionSet).toEqual({ valid: false });
    const again = await mutate('updateDistributionSet', { id, name: 'other' }, 'distributionSet { id }');
    expect(again.userErrors).toMatchObject([{ code: 'DISTRIBUTION_SET_INVALID' }]);
  });

  it('are refused by the row, or left out', async () => {
    const [moduleId] = await createModules('1');
    const distributionSets = [
      { name: 'a', version: '1', moduleIds: [moduleId] },
      { name: 'a', version: '1' },
      { name: 'b', version: '1', type: { key: 'nope' } },
      { name: 'c', version: '1', moduleIds: ['x'] },
      { name: 'd', version: '1', type: { key: 'app' }, moduleIds: [moduleId] },
      { name: 'e', version: '1', locked: true },
      { name: 'f', version: '1', type: { id: 'DistributionSetType:999999' } },
    ];
    const errors = [
      { code: 'DISTRIBUTION_SET_ALREADY_EXISTS', path: ['distributionSets', '1', 'version'] },
      { code: 'DISTRIBUTION_SET_TYPE_NOT_FOUND', path: ['distributionSets', '2', 'type'] },
      {
        code: 'SOFTWARE_MODULE_NOT_FOUND',
        path: ['distributionSets', '3', 'moduleIds', '0'],
        message: expect.stringContaining('{x}'),
      },
      { code: 'SOFTWARE_MODULE_UNSUPPORTED', path: ['distributionSets', '4', 'moduleIds', '0'] },
      { code: 'DISTRIBUTION_SET_INCOMPLETE', path: ['distributionSets', '5', 'locked'] },
      {
        code: 'DISTRIBUTION_SET_TYPE_NOT_FOUND',
        path: ['distributionSets', '6', 'type', 'id'],
        message: expect.stringContaining('DistributionSetType:999999'),
      },
    ];
    const selection = 'distributionSets { name type { key } }';
    const all = await mutate('createDistributionSets', { distributionSets }, selection);
    expect(all).toMatchObject({ distributionSets: [], userErrors: errors });
    const some = await mutate(
      'createDistributionSets',
      { distributionSets, errorPolicy: 'REJECT_FAILED_ROWS' },
      selection,
    );
    expect(some).toMatchObject({
      distributionSets: [{ name: 'a', type: { key: 'os_app' } }],
      userErrors: errors,
    });
    const tried = { distributionSets: [{ name: 'new', version: '1' }], dryRun: true };
    expect((await mutate('createDistributionSets', tried, selection)).distributionSets).toHaveLength(1);
    const { data } = await door.as()('{ distributionSets { totalCount } }');
    expect(data.distributionSets.totalCount, 'what is tried is not done').toBe(1);
  });
});

describe('uploads', () => {
  it('are told where to go, and refused before anything is sent', async () => {
    const [moduleId] = await createModules('1');
    const input = { moduleId, filename: 'file.bin', sha1: 'A'.repeat(40) };
    const { upload } = await mutate('createArtifactUpload', input, 'upload { url expiresAt }');
    expect(upload.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/uploads\/\S+$/);
    expect(new Date(upload.expiresAt).getTime()).toBeGreaterThan(Date.now());
    for (const [change, code, path] of [
      [{ moduleId: 'x' }, 'SOFTWARE_MODULE_NOT_FOUND', ['moduleId']],
      [{ filename: 'a/b' }, 'INVALID_INPUT', ['filename']],
      [{ sha1: 'short' }, 'INVALID_INPUT', ['sha1']],
    ] as const) {
      const refused = await mutate('createArtifactUpload', { ...input, ...change }, 'upload { url }');
      expect(refused.userErrors).toMatchObject([{ code, path }]);
    }
  });
});

describe('compatibility', () => {
  it('says which sets suit which targets', async () => {
    const { data } = await door.as()('{ distributionSetTypes { nodes { id key } } }');
    const idOf = (wanted: string) =>
      data.distributionSetTypes.nodes.find((type: Any) => type.key === wanted).id;
    const made = await mutate(
      'createTargetTypes',
      { targetTypes: [{ name: 'board', compatibleDistributionSetTypeIds: [idOf('os')] }] },
      'targetTypes { id compatibleDistributionSetTypes { key } }',
    );
    const [{ id, ...shown }] = made.targetTypes;
    expect(shown.compatibleDistributionSetTypes).toEqual([{ key: 'os' }]);
    const selection = 'targetType { compatibleDistributionSetTypes { key } }';
    const added = { id, distributionSetTypeIds: [idOf('app')] };
    expect((await mutate('addCompatibleDistributionSetTypes', added, selection)).targetType).toEqual({
      compatibleDistributionSetTypes: [{ key: 'os' }, { key: 'app' }],
    });
    const removed = { id, distributionSetTypeIds: [idOf('os')] };
    expect((await mutate('removeCompatibleDistributionSetTypes', removed, selection)).targetType).toEqual({
      compatibleDistributionSetTypes: [{ key: 'app' }],
    });
    const unknown = { id, distributionSetTypeIds: ['nope'] };
    expect((await mutate('addCompatibleDistributionSetTypes', unknown, selection)).userErrors).toEqual([
      {
        code: 'DISTRIBUTION_SET_TYPE_NOT_FOUND',
        path: ['distributionSetTypeIds', '0'],
        message: expect.stringContaining('{nope}'),
      },
    ]);
  });
});

describe('the default type', () => {
  it('is a setting', async () => {
    const { data } = await door.as()(
      '{ tenantConfiguration { defaultDistributionSetType { value origin } } distributionSetTypes { nodes { id key } } }',
    );
    const idOf = (wanted: string) =>
      data.distributionSetTypes.nodes.find((type: Any) => type.key === wanted).id;
    expect(data.tenantConfiguration.defaultDistributionSetType).toEqual({
      value: idOf('os_app'),
      origin: 'TENANT',
    });
    await mutate(
      'setTenantConfiguration',
      { defaultDistributionSetType: idOf('os') },
      'tenantConfiguration { __typename }',
    );
    await createSet([], { type: null });
    const { data: after } = await door.as()('{ distributionSets { nodes { type { key } } } }');
    expect(after.distributionSets.nodes).toEqual([{ type: { key: 'os' } }]);
    const byId = await createSet([], { name: 'by-id', type: { id: idOf('app') } });
    const { data: found } = await door.as()(`{ distributionSet(id: "${byId}") { type { key } } }`);
    expect(found.distributionSet).toEqual({ type: { key: 'app' } });
    const refused = await mutate(
      'setTenantConfiguration',
      { defaultDistributionSetType: 'x' },
      'tenantConfiguration { __typename }',
    );
    expect(refused.userErrors).toMatchObject([
      { code: 'DISTRIBUTION_SET_TYPE_NOT_FOUND', path: ['defaultDistributionSetType'] },
    ]);
    const used = await mutate('deleteDistributionSetType', { id: idOf('os') }, 'deletedIds');
    expect(used.userErrors).toMatchObject([{ code: 'READ_ONLY' }]);
  });
});

it('needs permissions', async () => {
  const ask = door.as(['READ_TARGET']);
  for (const query of [
    '{ softwareModuleTypes { totalCount } }',
    '{ softwareModules { totalCount } }',
    '{ distributionSetTypes { totalCount } }',
    '{ distributionSets { totalCount } }',
    '{ distributionSetTags { totalCount } }',
    'mutation { deleteDistributionSet(input: { id: "1" }) { deletedIds } }',
  ])
    expect(codesOf(await ask(query)), query).toEqual(['FORBIDDEN']);
  const reads = door.as(['READ_DISTRIBUTION_SET']);
  expect(codesOf(await reads('{ distributionSets { nodes { type { key } } } }'))).toEqual([]);
});
