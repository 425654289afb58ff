import type {
  DistributionSetOrderField,
  ModuleRowFragment,
  SetRowFragment,
  SoftwareModuleOrderField,
} from '../../api/types.documents.ts';
import type { Column } from '../../parts/data-table.tsx';
import { PageLink } from '../../parts/links.tsx';
import { State } from '../../parts/status.tsx';
import { TagBadges } from '../../parts/tag-badge.tsx';
import { When } from '../../parts/when.tsx';
import { common } from '../../texts/common.ts';
import { softwareTexts as texts } from '../../texts/software.ts';

const { columns } = texts;

export function SetState({ set: { valid, complete } }: { set: Pick<SetRowFragment, 'valid' | 'complete'> }) {
  if (!valid) return <State tone="bad">{texts.invalid}</State>;
  return complete ? (
    <State tone="good">{texts.complete}</State>
  ) : (
    <State tone="warn">{texts.incomplete}</State>
  );
}

export const SET_COLUMNS: readonly Column<SetRowFragment, DistributionSetOrderField>[] = [
  {
    id: 'name',
    label: columns.name,
    order: 'NAME',
    cell: ({ name, number }) => (
      <PageLink to="/distribution-sets/$number" params={{ number: String(number) }} fw={550}>
        {name}
      </PageLink>
    ),
  },
  { id: 'version', label: columns.version, order: 'VERSION', cell: ({ version }) => version },
  { id: 'type', label: columns.type, order: 'TYPE', cell: ({ type }) => type?.name ?? common.none },
  { id: 'state', label: columns.state, cell: (set) => <SetState set={set} /> },
  { id: 'tags', label: columns.tags, cell: ({ tags }) => <TagBadges tags={tags} /> },
  {
    id: 'created',
    label: columns.created,
    order: 'CREATED_AT',
    cell: ({ createdAt }) => <When at={createdAt} />,
  },
];

export const MODULE_COLUMNS: readonly Column<ModuleRowFragment, SoftwareModuleOrderField>[] = [
  {
    id: 'name',
    label: columns.name,
    order: 'NAME',
    cell: ({ name, number }) => (
      <PageLink to="/software/modules/$number" params={{ number: String(number) }} fw={550}>
        {name}
      </PageLink>
    ),
  },
  { id: 'version', label: columns.version, order: 'VERSION', cell: ({ version }) => version },
  { id: 'type', label: columns.type, order: 'TYPE', cell: ({ type }) => type?.name ?? common.none },
  { id: 'vendor', label: columns.vendor, order: 'VENDOR', cell: ({ vendor }) => vendor || common.none },
  {
    id: 'created',
    label: columns.created,
    order: 'CREATED_AT',
    cell: ({ createdAt }) => <When at={createdAt} />,
  },
];
