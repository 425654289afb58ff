import { Group } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { DeploymentRowFragment } from '../../api/types.documents.ts';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import type { Column } from '../../parts/data-table.tsx';
import { filterFaultOf } from '../../parts/filter-fault.tsx';
import { FilterField } from '../../parts/filter-field.tsx';
import { PageLink } from '../../parts/links.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { Page } from '../../parts/page.tsx';
import { pageArguments } from '../../parts/place.ts';
import { SelectionBar } from '../../parts/selection-bar.tsx';
import { Empty } from '../../parts/states.tsx';
import { ActionState } from '../../parts/status.tsx';
import { When } from '../../parts/when.tsx';
import { actionsTexts as texts } from '../../texts/actions.ts';
import { common } from '../../texts/common.ts';
import { useSelection } from '../targets/selection.ts';
import { Deployments } from './actions.documents.ts';
import { DecideActions } from './decide-actions.tsx';

const PAGE_SIZE = 100;
/** A selection by filter must name one; each action has a weight. */
const ALL = 'weight=ge=0';

const COLUMNS: readonly Column<DeploymentRowFragment>[] = [
  {
    id: 'target',
    label: texts.columns.target,
    cell: ({ target }) =>
      target ? (
        <PageLink to="/targets/$controllerId" params={{ controllerId: target.controllerId }}>
          {target.controllerId}
        </PageLink>
      ) : (
        common.none
      ),
  },
  {
    id: 'set',
    label: texts.columns.set,
    cell: ({ distributionSet: set }) =>
      set ? (
        <PageLink to="/distribution-sets/$number" params={{ number: String(set.number) }}>
          {set.name} {set.version}
        </PageLink>
      ) : (
        common.none
      ),
  },
  { id: 'status', label: texts.columns.status, cell: ({ status }) => <ActionState status={status} /> },
  {
    id: 'by',
    label: texts.columns.by,
    cell: ({ rollout, initiatedBy }) =>
      rollout ? (
        <PageLink to="/rollouts/$number" params={{ number: String(rollout.number) }}>
          {rollout.name}
        </PageLink>
      ) : (
        initiatedBy
      ),
  },
  { id: 'created', label: texts.columns.created, cell: ({ createdAt }) => <When at={createdAt} /> },
  { id: 'changed', label: texts.columns.changed, cell: ({ lastModifiedAt }) => <When at={lastModifiedAt} /> },
];

/** All actions, filtered as the address says; some or all that match are canceled or forced together. */
export function ActionsPage() {
  const search = useSearch({ from: '/shell/actions' });
  const { filter = '' } = search;
  const navigate = useNavigate({ from: '/actions' });
  const { may } = useViewer();
  const page = useData(
    Deployments,
    { filter: filter || undefined, ...pageArguments(search, PAGE_SIZE) },
    { keep: true },
  );
  const selection = useSelection(filter);
  const fault = filterFaultOf(page.error);
  const list = page.data?.actions;
  const rows = list?.nodes;
  const isEmpty = rows?.length === 0 && !filter && !page.stale;
  const mayChange = may('UPDATE_TARGET');
  const setFilter = (next: string) => void navigate({ search: next ? { filter: next } : {}, replace: true });
  return (
    <Page wide title={texts.title} lead={texts.lead}>
      {!isEmpty && (
        <Group>
          <FilterField
            of="ACTION"
            placeholder={texts.filterPlaceholder}
            value={filter}
            fault={fault}
            onChange={setFilter}
          />
        </Group>
      )}
      {mayChange && (
        <SelectionBar selection={selection} total={list?.totalCount} pageCount={rows?.length ?? 0}>
          {(count) => (
            <DecideActions
              count={count}
              actions={selection.isAll ? { filter: filter || ALL } : { ids: [...selection.keys] }}
              onDone={selection.clear}
            />
          )}
        </SelectionBar>
      )}
      <ListTable
        of={page}
        page={list}
        place={search}
        size={PAGE_SIZE}
        onMove={(place) => void navigate({ search: filter ? { filter, ...place } : place })}
        filter={{ text: filter, fault, nothing: texts.nothing, clear: () => setFilter('') }}
        empty={
          <Empty
            icon={<IconListCheck size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
          />
        }
        label={texts.table}
        keyOf={({ id }) => id}
        nameOf={({ target }) => texts.name(target?.controllerId ?? common.none)}
        columns={COLUMNS}
        selection={mayChange ? selection : undefined}
        height="calc(100vh - 260px)"
      />
    </Page>
  );
}
