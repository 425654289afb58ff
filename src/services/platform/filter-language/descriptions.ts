import type { FilterEntity } from './entities.ts';

type Descriptions = Readonly<Record<string, string>>;

/** Of fields that mean the same wherever they are. */
const COMMON: Descriptions = {
  id: 'Its id: the number that REST shows.',
  name: 'Its name.',
  key: 'Its key.',
  description: 'What it is about.',
  color: 'The color it is shown in.',
  version: 'Its version.',
  createdAt: 'When it was created.',
  createdBy: 'Who created it.',
  lastModifiedAt: 'When it was changed last.',
  lastModifiedBy: 'Who changed it last.',
  metadata: 'What people note about it: the value of a key.',
  weight: 'How urgent it is, from 0 to 1000.',
  forceType: 'How urgently the device must do it.',
  initiatedBy: 'Who asked for it.',
  locked: 'Whether its parts cannot change any more.',
  'distributionSet.id': 'The id of its distribution set.',
  'distributionSet.name': 'The name of its distribution set.',
  'distributionSet.version': 'The version of its distribution set.',
};

/** Of what REST doesn't show. */
const ITS_NUMBER = 'Its number, with which its global id ends.';

/** Of the fields of each entity, if the common description doesn't say it. */
const OWN: Partial<Record<FilterEntity, Descriptions>> = {
  target: {
    controllerId: 'Its name on the wire, unique in the tenant.',
    group: 'The group it belongs to.',
    updateStatus: 'How far it is with its updates.',
    ipAddress: 'Where it was last heard from, as a URI.',
    lastControllerRequestAt: 'When the device polled last; null until it has.',
    nextExpectedRequestAt: 'When the device should poll next; null until it has polled.',
    overdue:
      'Whether the next poll is late by more than the overdue time. A device that never polled is not overdue.',
    type: 'The key of its target type.',
    'type.name': 'The name of its target type.',
    'type.id': 'The id of its target type.',
    attribute: 'What the device says of itself: the value of a key.',
    tag: 'The names of its tags.',
    'tag.id': 'The ids of its tags.',
    'enrollmentGroup.id': 'The id of the enrollment group that registered it.',
    'assignedDs.name': 'The name of the distribution set that is assigned to it.',
    'assignedDs.version': 'The version of the distribution set that is assigned to it.',
    'installedDs.name': 'The name of the distribution set that it runs.',
    'installedDs.version': 'The version of the distribution set that it runs.',
    failedRollout: 'The ids of the rollouts that failed on it.',
    credential: 'What its device signed in with last.',
    'credential.expiresAt': 'When that expires.',
    registeredWith: 'What its device registered itself with.',
    registeredFrom: 'The address that its device registered itself from.',
    sharingSuspectedAt: 'When two devices were last suspected to use its controllerId.',
    autoConfirm: 'Whether its actions are confirmed without asking.',
    movedAt: 'When another tenant took its device over.',
    released: 'Whether another tenant may take it over by a code now.',
    'certificate.expiresAt':
      'When the newest certificate ends that was issued to it and is not revoked; null where there is none.',
    tokenRotationPending: 'Whether its device has not used its newest token yet.',
  },
  targetGroup: {
    name: 'Its name, of which a slash leads to a subgroup.',
    targetCount: 'How many targets are in it that you may see.',
  },
  pendingTarget: {
    controllerId: 'Its name on the wire.',
    enrollmentGroup: 'The name of the enrollment group whose token it showed.',
    'enrollmentGroup.id': 'The id of that enrollment group.',
    state: 'Whether it waits or was rejected.',
    address: 'Where it was last heard from.',
    firstRequestAt: 'When it first asked.',
    lastRequestAt: 'When it asked last.',
  },
  targetFilter: {
    filter: 'The filter that was saved.',
    'autoAssignDistributionSet.name': 'The name of the distribution set that its auto-assignment gives.',
    'autoAssignDistributionSet.version': 'The version of that distribution set.',
  },
  distributionSetTag: {
    'distributionSet.id': 'The ids of the distribution sets that have it.',
    'distributionSet.name': 'The names of the distribution sets that have it.',
  },
  distributionSet: {
    type: 'The key of its type.',
    'type.id': 'The id of its type.',
    'type.name': 'The name of its type.',
    valid: 'Whether it was not invalidated.',
    complete: 'Whether it has all modules that its type needs.',
    targetFilter: 'The filter of the targets that it is for, as it was written.',
    module: 'The names of its software modules.',
    'module.id': 'The ids of its software modules.',
    tag: 'The names of its tags.',
  },
  softwareModule: {
    type: 'The key of its type.',
    'type.id': 'The id of its type.',
    'type.name': 'The name of its type.',
    vendor: 'Who made it.',
  },
  softwareModuleType: { maxAssignments: 'How many modules of the type a distribution set may have.' },
  action: {
    status: 'How far it is.',
    active: 'Whether it has not ended.',
    lastStatusCode: 'The newest code that the device reported.',
    externalRef: 'What another system calls it.',
    'target.controllerId': 'The controllerId of its target.',
    'target.name': 'The name of its target.',
    'target.group': 'The group of its target.',
    'target.updateStatus': 'How far its target is with its updates.',
    'target.ipAddress': 'Where its target was last heard from, as a URI.',
    'distributionSet.type': 'The key of the type of its distribution set.',
    'rollout.id': 'The id of the rollout that made it.',
    'rollout.name': 'The name of the rollout that made it.',
    'rolloutGroup.id': 'The id of the rollout group that made it.',
    'rolloutGroup.name': 'The name of the rollout group that made it.',
  },
  rollout: {
    status: 'How far it is.',
    startedAt: 'When it began to start.',
    finishedAt: 'When it ended: finished, stopped, denied, or deleted before.',
    'distributionSet.type': 'The key of the type of its distribution set.',
  },
  rolloutGroup: {
    status: 'How far it is.',
    startedAt: 'When its devices were first told.',
    finishedAt: 'When it was done, or had failed on too many.',
  },
  autoAssignment: {
    filter: 'The filter whose targets get the distribution set.',
    status: 'Whether it runs, is paused, or waits for an approval.',
    approvalDecidedBy: 'Who approved or denied it.',
  },
  enrollmentGroup: {
    isDefault: 'Whether devices without a token of a group register in it.',
    requiresApproval: 'Whether its devices wait until somebody approves them.',
    expiresAt: 'When it ends; null if it does not.',
    targetGroup: 'The group that its targets get.',
  },
  certificateAuthority: {
    fingerprint: 'The SHA-256 fingerprint of its certificate.',
    subject: 'The subject of its certificate.',
    notBefore: 'When its certificate begins to be valid.',
    notAfter: 'When its certificate ends.',
  },
  webhook: {
    url: 'Where events are sent.',
    active: 'Whether events are sent.',
    failingSince: 'Since when deliveries fail; null if they do not.',
    suspendedAt: 'When it was suspended; null if it is not.',
  },
  job: {
    kind: 'What it does to its targets.',
    state: 'How far it is.',
    createdBy: 'Who started it.',
    createdAt: 'When it was started.',
    endedAt: 'When it ended; null until then.',
  },
  import: {
    id: 'Its number, as files and `muster import` show it.',
    key: 'The name that the client gave it; null for none.',
    state: 'How it stands.',
    mode: 'What becomes of targets that exist already.',
    format: 'How its file is written.',
    dryRun: 'Whether it only finds out what would be refused.',
    rowsRefused: 'How many rows broke a rule.',
    startedAt: 'When it began.',
    startedBy: 'Who began it.',
    finishedAt: 'When it finished; null until then.',
  },
  importFault: {
    line: 'Where the row begins; the first line of a file is 1.',
    controllerId: 'The target of the row; null where it could not be read.',
    field: 'The field that it is about; empty where it is about all of the row.',
    code: 'The code of the error.',
    message: 'The rule that is broken.',
  },
  webhookDelivery: {
    state: 'How far it is.',
    type: 'The type of the event.',
    finishedAt: 'When it ended; null until then.',
    attempts: 'How often it was tried.',
    lastStatus: 'The HTTP status of the last answer.',
  },
  user: {
    id: ITS_NUMBER,
    username: 'Its name.',
    role: 'The names of its roles, built-in ones too.',
    permission: 'Its own permissions, without those of its roles.',
  },
  role: { id: ITS_NUMBER, description: 'What it is for.', permission: 'What it permits.' },
  apiKey: {
    id: ITS_NUMBER,
    owner: 'The name of the user that it acts for.',
    role: 'The names of its roles, built-in ones too.',
    permission: 'Its own permissions, without those of its roles.',
    scope: 'The filter that limits what it may do with targets; null for no limit.',
    expiresAt: 'When it expires; null for never.',
    lastUsedAt: 'When it was used, up to an hour behind; null for never.',
  },
  tenant: { id: ITS_NUMBER, name: 'Its name, compared without regard to case.' },
  auditEvent: {
    at: 'When it happened.',
    actor: 'Who did it.',
    actorKind: 'What kind of actor it was.',
    apiKey: 'The name of the API key that was used.',
    channel: 'The way in that it came by.',
    address: 'The address it came from.',
    requestId: "The id of the request, as its answer and the server's log have it.",
    type: 'What happened.',
    subject: 'What it was done to: ids and names.',
    target: 'The controllerId of a target that it changed, also where it changed many by a filter.',
  },
};

/** What a field says. @throws if nobody wrote it; a test asks for every field */
export function descriptionOf(of: FilterEntity, field: string): string {
  const description = OWN[of]?.[field] ?? COMMON[field];
  if (description === undefined) throw new Error(`the field ${field} of ${of} has no description`);
  return description;
}
