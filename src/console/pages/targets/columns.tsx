import { Badge, Group, Text } from '@mantine/core';
import type { TargetOrder, TargetOrderField, TargetRowFragment } from '../../api/types.documents.ts';
import type { Column } from '../../parts/data-table.tsx';
import { PageLink } from '../../parts/links.tsx';
import { TargetState } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { targetsTexts } from '../../texts/targets.ts';

const texts = targetsTexts.columns;

const SHOWN_TAGS = 2;

const plain = (text: string | null | undefined) =>
  text || (
    <Text span c="dimmed" size="sm">
      {common.none}
    </Text>
  );

const software = (set: { name: string; version: string } | null) =>
  plain(set && `${set.name} ${set.version}`);

export const TARGET_COLUMNS: readonly Column<TargetRowFragment>[] = [
  {
    id: 'controllerId',
    label: texts.controllerId,
    sortable: true,
    cell: ({ controllerId }) => (
      <PageLink to="/targets/$controllerId" params={{ controllerId }} fw={550}>
        {controllerId}
      </PageLink>
    ),
  },
  { id: 'name', label: texts.name, sortable: true, cell: ({ name }) => plain(name) },
  {
    id: 'status',
    label: texts.status,
    sortable: true,
    cell: ({ updateStatus }) => <TargetState status={updateStatus} />,
  },
  {
    id: 'lastPoll',
    label: texts.lastPoll,
    sortable: true,
    cell: ({ lastControllerRequestAt, overdue }) => (
      <Group gap={8} wrap="nowrap">
        <When at={lastControllerRequestAt} />
        {overdue && (
          <Badge size="sm" variant="outline" color="orange.9" tt="none" autoContrast>
            {targetsTexts.overdue}
          </Badge>
        )}
      </Group>
    ),
  },
  { id: 'type', label: texts.type, sortable: true, cell: ({ targetType }) => plain(targetType?.name) },
  { id: 'group', label: texts.group, sortable: true, cell: ({ group }) => plain(group) },
  {
    id: 'tags',
    label: texts.tags,
    cell: ({ tags }) =>
      !tags?.length ? (
        plain(undefined)
      ) : (
        <Group gap={4} wrap="nowrap">
          {tags.slice(0, SHOWN_TAGS).map(({ id, name }) => (
            <Badge key={id} size="sm" variant="default" tt="none" fw={500} flex="none" maw={140}>
              {name}
            </Badge>
          ))}
          {tags.length > SHOWN_TAGS && (
            <Text span size="xs" c="dimmed" title={tags.map(({ name }) => name).join(', ')}>
              {targetsTexts.moreTags(tags.length - SHOWN_TAGS)}
            </Text>
          )}
        </Group>
      ),
  },
  {
    id: 'assigned',
    label: texts.assigned,
    cell: ({ assignedDistributionSet }) => software(assignedDistributionSet),
  },
  {
    id: 'installed',
    label: texts.installed,
    cell: ({ installedDistributionSet }) => software(installedDistributionSet),
  },
  { id: 'address', label: texts.address, sortable: true, cell: ({ address }) => plain(address) },
  {
    id: 'description',
    label: texts.description,
    sortable: true,
    cell: ({ description }) => plain(description),
  },
  { id: 'created', label: texts.created, sortable: true, cell: ({ createdAt }) => <When at={createdAt} /> },
  { id: 'createdBy', label: texts.createdBy, sortable: true, cell: ({ createdBy }) => plain(createdBy) },
  {
    id: 'modified',
    label: texts.modified,
    sortable: true,
    cell: ({ lastModifiedAt }) => <When at={lastModifiedAt} />,
  },
];

/** What is hidden until the reader chooses otherwise. */
export const HIDDEN_FIRST = ['assigned', 'address', 'description', 'created', 'createdBy', 'modified'];

const ORDERS: Record<string, TargetOrderField> = {
  controllerId: 'CONTROLLER_ID',
  name: 'NAME',
  status: 'UPDATE_STATUS',
  lastPoll: 'LAST_CONTROLLER_REQUEST_AT',
  type: 'TARGET_TYPE',
  group: 'GROUP',
  address: 'ADDRESS',
  description: 'DESCRIPTION',
  created: 'CREATED_AT',
  createdBy: 'CREATED_BY',
  modified: 'LAST_MODIFIED_AT',
};

/** The order that the address names, if it is one. */
export function orderOf(sort: string | undefined): TargetOrder[] | undefined {
  const field = ORDERS[sort?.replace(/^-/, '') ?? ''];
  return field && [{ field, direction: sort!.startsWith('-') ? 'DESC' : 'ASC' }];
}
