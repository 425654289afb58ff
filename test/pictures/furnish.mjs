/** One of what a tenant can have beside its fleet, so that no page is empty. @returns the paths of single things */
export async function furnish({ url, ask, mutate }) {
  const made = (mutation, answer) =>
    mutate(`mutation { made: ${mutation} { ${answer} userErrors { message } } }`).then((data) => {
      if (data.made.userErrors.length > 0) throw new Error(JSON.stringify(data.made.userErrors));
      return data.made;
    });
  const { content } = await ask('distributionsets');
  const [set] = content;
  const [module] = (await ask('softwaremodules')).content;
  const [target] = (await ask('targets?limit=1')).content;
  const filter = await ask('targetfilters', { name: 'Northern lamps', query: 'name==*north*' });
  await ask(`targetfilters/${filter.id}/autoAssignDS`, { id: set.id });
  await made('createWebhook(input: { name: "Operations", url: "http://127.0.0.1:9/events" })', 'secret');
  await made(
    'createRole(input: { name: "Fitter", description: "In the field", grants: [{ permission: READ_TARGET, filter: "group==north" }, { permission: UPDATE_TARGET }] })',
    'role { id }',
  );
  await made('createApiKey(input: { name: "Billing", grants: [{ permission: READ_TARGET }] })', 'key');
  await made(
    'createUser(input: { username: "erika", password: "a quiet secret", grants: [{ permission: READ_TARGET }] })',
    'user { id }',
  );
  const { token } = await made(
    'createEnrollmentGroup(input: { name: "Factory", description: "Line 3", requiresApproval: true, registrationLimit: 500, targetGroup: "north/yard" })',
    'token',
  );
  for (let n = 1; n <= 12; n++)
    await fetch(`${url}/DEFAULT/controller/v1/unit-${String(n).padStart(4, '0')}`, {
      headers: { authorization: `GatewayToken ${token}` },
    });
  return [
    `targets/${target.controllerId}`,
    `distribution-sets/${set.id}`,
    `software/modules/${module.id}`,
    'targets?filter=name%3D%3Dnosuch',
  ];
}
