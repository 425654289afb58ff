import { IconListCheck } from '@tabler/icons-react';
import type { ActionOrderField, DeploymentRowFragment } from '../../api/types.documents.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { PageLink } from '../../parts/links.tsx';
import { Page } from '../../parts/page.tsx';
import { SelectionBar } from '../../parts/selection-bar.tsx';
import { SetLink } from '../../parts/set-link.tsx';
import { Empty } from '../../parts/states.tsx';
import { ActionState } from '../../parts/status.tsx';
import { useList } from '../../parts/use-list.ts';
import { When } from '../../parts/when.tsx';
import { actionsTexts as texts } from '../../texts/actions.ts';
import { common } from '../../texts/common.ts';
import { useSelection } from '../targets/selection.ts';
import { Deployments } from './actions.documents.ts';
import { DecideActions } from './decide-actions.tsx';

const PAGE_SIZE = 100;
/** A selection by filter must name one; each action has a weight. */
const ALL = 'weight=ge=0';

const COLUMNS: readonly Column<DeploymentRowFragment, ActionOrderField>[] = [
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
    cell: ({ distributionSet }) => <SetLink set={distributionSet} />,
  },
  {
    id: 'status',
    label: texts.columns.status,
    order: 'STATUS',
    cell: ({ status }) => <ActionState status={status} />,
  },
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
  {
    id: 'created',
    label: texts.columns.created,
    order: 'CREATED_AT',
    cell: ({ createdAt }) => <When at={createdAt} />,
  },
  {
    id: 'changed',
    label: texts.columns.changed,
    order: 'LAST_MODIFIED_AT',
    cell: ({ lastModifiedAt }) => <When at={lastModifiedAt} />,
  },
];

/** All actions, filtered as the address says; some or all that match are changed or deleted together. */
export function ActionsPage() {
  const { may } = useViewer();
  const list = useList(Deployments, { pageOf: (data) => data.actions, size: PAGE_SIZE, columns: COLUMNS });
  const selection = useSelection(list.filter);
  const mayChange = may('UPDATE_TARGET', 'DELETE_TARGET');
  return (
    <Page wide title={texts.title} lead={texts.lead}>
      <FilteredList
        list={list}
        of="ACTION"
        placeholder={texts.filterPlaceholder}
        nothing={texts.nothing}
        above={
          mayChange && (
            <SelectionBar
              selection={selection}
              total={list.page?.totalCount}
              pageCount={list.page?.nodes.length ?? 0}
            >
              {(count) => (
                <DecideActions
                  count={count}
                  actions={selection.isAll ? { filter: list.filter || ALL } : { ids: [...selection.keys] }}
                  onDone={selection.clear}
                />
              )}
            </SelectionBar>
          )
        }
        empty={
          <Empty
            icon={<IconListCheck size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
          />
        }
      >
        <DataTable
          {...list.table}
          label={texts.table}
          keyOf={({ id }) => id}
          nameOf={({ target }) => texts.name(target?.controllerId ?? common.none)}
          selection={mayChange ? selection : undefined}
          height="calc(100vh - 260px)"
        />
      </FilteredList>
    </Page>
  );
}
