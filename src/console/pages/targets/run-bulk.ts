import type { AnyVariables, Client, DocumentInput } from 'urql';
import type { JobStateFragment, TargetSelection } from '../../api/types.documents.ts';
import type { Fault } from '../../api/use-change.ts';
import { orAnyway } from '../../parts/anyway.ts';
import { forceInput } from '../../parts/force-field.tsx';
import {
  AssignTargets,
  DeleteTargets,
  GroupTargets,
  NewTag,
  ReleaseTargets,
  RotateTargets,
  TagChoices,
  TagTargets,
  TypeTargets,
  UntagTargets,
} from './bulk.documents.ts';
import type { BulkValues } from './bulk-fields.tsx';
import type { BulkKind } from './bulk-kind.ts';
import type { Released } from './released.tsx';

export interface BulkOutcome {
  changed: number;
  faults: readonly Fault[];
  /** What goes on after the answer. */
  job?: JobStateFragment | null;
  /** What is shown once. */
  released?: Released;
}

interface Changed {
  change: { count: number; job?: JobStateFragment | null; userErrors: readonly Fault[] };
}

/** Changes the targets. @throws CombinedError if nothing was asked of them */
export async function runBulk(
  client: Client,
  kind: BulkKind,
  targets: TargetSelection,
  values: BulkValues,
): Promise<BulkOutcome> {
  const run = async <V extends AnyVariables>(document: DocumentInput<Changed, V>, variables: V) => {
    const { data, error } = await client.mutation(document, variables).toPromise();
    if (error || !data) throw error;
    const { count, job, userErrors } = data.change;
    return { changed: count, job, faults: userErrors };
  };
  switch (kind) {
    case 'tag': {
      const { id, faults } = await tagNamed(client, values.tag!.trim());
      return id === undefined
        ? { changed: 0, faults }
        : run(TagTargets, { input: { targets, tags: { ids: [id] } } });
    }
    case 'untag':
      return run(UntagTargets, { input: { targets, tags: { names: [values.tag!.trim()] } } });
    case 'type':
      return run(TypeTargets, { input: { targets, targetTypeId: values.typeId ?? null } });
    case 'group':
      return run(GroupTargets, { input: { targets, group: values.group?.trim() || null } });
    case 'rotate':
      return run(RotateTargets, { input: { targets, overlap: String(values.overlapSeconds ?? 0) } });
    case 'assign':
      return orAnyway((ignoreTargetFilter) =>
        run(AssignTargets, {
          input: {
            targets,
            distributionSetId: values.setId!,
            ...forceInput(values),
            ignoreTargetFilter,
          },
        }),
      );
    case 'release':
      return release(client, targets, values);
    case 'delete':
      return run(DeleteTargets, { input: { targets } });
  }
}

async function release(
  client: Client,
  targets: TargetSelection,
  { expiresAt }: BulkValues,
): Promise<BulkOutcome> {
  const { data, error } = await client
    .mutation(ReleaseTargets, { input: { targets, expiresAt } })
    .toPromise();
  // With data, an error only says that a part of it may not be seen.
  if (!data) throw error;
  const { count, code, job, userErrors, ...change } = data.change;
  const released = code && {
    code,
    expiresAt: change.expiresAt,
    count,
    controllerIds: [change.targets, change.others].flatMap(
      (page) => page?.nodes.map(({ controllerId }) => controllerId) ?? [],
    ),
    job,
  };
  return { changed: count, faults: userErrors, ...(released && { released }) };
}

/** The tag of that name; it is created if there is none. */
async function tagNamed(client: Client, name: string): Promise<{ id?: string; faults: readonly Fault[] }> {
  const { data, error } = await client.query(TagChoices, {}).toPromise();
  if (error || !data) throw error;
  const known = data.targetTags.nodes.find((tag) => tag.name === name);
  if (known) return { id: known.id, faults: [] };
  const created = await client.mutation(NewTag, { input: { targetTags: [{ name }] } }).toPromise();
  if (created.error || !created.data) throw created.error;
  const { targetTags, userErrors } = created.data.createTargetTags;
  return { id: targetTags[0]?.id, faults: userErrors };
}
