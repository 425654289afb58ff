import { Badge, Group, Text } from '@mantine/core';
import type { TargetOrderField, TargetRowFragment } from '../../api/types.documents.ts';
import type { Column } from '../../parts/data-table.tsx';
import { PageLink } from '../../parts/links.tsx';
import { TargetState } from '../../parts/status.tsx';
import { TagBadges } from '../../parts/tag-badge.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { targetsTexts } from '../../texts/targets.ts';

const texts = targetsTexts.columns;

const plain = (text: string | null | undefined) =>
  text || (
    <Text span c="dimmed" size="sm">
      {common.none}
    </Text>
  );

const software = (set: { name: string; version: string } | null) =>
  plain(set && `${set.name} ${set.version}`);

export const TARGET_COLUMNS: readonly Column<TargetRowFragment, TargetOrderField>[] = [
  {
    id: 'controllerId',
    label: texts.controllerId,
    order: 'CONTROLLER_ID',
    cell: ({ controllerId }) => (
      <PageLink to="/targets/$controllerId" params={{ controllerId }} fw={550}>
        {controllerId}
      </PageLink>
    ),
  },
  { id: 'name', label: texts.name, order: 'NAME', cell: ({ name }) => plain(name) },
  {
    id: 'status',
    label: texts.status,
    order: 'UPDATE_STATUS',
    cell: ({ updateStatus }) => <TargetState status={updateStatus} />,
  },
  {
    id: 'lastPoll',
    label: texts.lastPoll,
    order: 'LAST_CONTROLLER_REQUEST_AT',
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
  { id: 'type', label: texts.type, order: 'TARGET_TYPE', cell: ({ targetType }) => plain(targetType?.name) },
  { id: 'group', label: texts.group, order: 'GROUP', cell: ({ group }) => plain(group) },
  {
    id: 'tags',
    label: texts.tags,
    cell: ({ tags }) => <TagBadges tags={tags} />,
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
  { id: 'address', label: texts.address, order: 'ADDRESS', cell: ({ address }) => plain(address) },
  {
    id: 'description',
    label: texts.description,
    order: 'DESCRIPTION',
    cell: ({ description }) => plain(description),
  },
  {
    id: 'created',
    label: texts.created,
    order: 'CREATED_AT',
    cell: ({ createdAt }) => <When at={createdAt} />,
  },
  { id: 'createdBy', label: texts.createdBy, order: 'CREATED_BY', cell: ({ createdBy }) => plain(createdBy) },
  {
    id: 'modified',
    label: texts.modified,
    order: 'LAST_MODIFIED_AT',
    cell: ({ lastModifiedAt }) => <When at={lastModifiedAt} />,
  },
];

/** What is hidden until the reader chooses otherwise. */
export const HIDDEN_FIRST = ['assigned', 'address', 'description', 'created', 'createdBy', 'modified'];
