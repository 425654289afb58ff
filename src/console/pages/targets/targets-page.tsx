import { IconDeviceDesktop, IconPlus } from '@tabler/icons-react';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { ColumnsMenu } from '../../parts/columns-menu.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { useKept } from '../../parts/kept.ts';
import { PageButton } from '../../parts/links.tsx';
import { Page } from '../../parts/page.tsx';
import { Empty } from '../../parts/states.tsx';
import { useList } from '../../parts/use-list.ts';
import { targetsTexts as texts } from '../../texts/targets.ts';
import { BulkBar } from './bulk-bar.tsx';
import { HIDDEN_FIRST, TARGET_COLUMNS } from './columns.tsx';
import { useSelection } from './selection.ts';
import { TargetFilters } from './target-filters.tsx';
import { Targets, TargetsCount } from './targets.documents.ts';

const PAGE_SIZE = 100;

/** All targets, filtered and ordered as the address says. */
export function TargetsPage() {
  const { may, can } = useViewer();
  const [hidden, setHidden] = useKept<string[]>('targets.hidden', HIDDEN_FIRST);
  const whole = useList(Targets, {
    pageOf: (data) => data.targets,
    size: PAGE_SIZE,
    columns: TARGET_COLUMNS,
  });
  const { filter, faults, isEmpty, of, setFilter } = whole;
  const count = useData(TargetsCount, { filter: filter || undefined }, { keep: true });
  const total = count.data?.targets.totalCount;
  const list = { ...whole, page: whole.page && { ...whole.page, totalCount: total } };
  const selection = useSelection(filter);
  return (
    <Page
      wide
      title={texts.title}
      lead={total !== undefined && !faults.length ? texts.count(total) : '\u00a0'}
      actions={
        can.createTargets &&
        !isEmpty && (
          <PageButton to="/provision" leftSection={<IconPlus size={16} aria-hidden />}>
            {texts.provision}
          </PageButton>
        )
      }
    >
      <FilteredList
        list={list}
        of="TARGET"
        beside={
          <>
            <TargetFilters filter={filter} isValid={!faults.length && filter !== ''} onChoose={setFilter} />
            <ColumnsMenu columns={TARGET_COLUMNS} hidden={hidden} onChange={setHidden} />
          </>
        }
        above={<BulkBar selection={selection} total={total} pageCount={list.page?.nodes.length ?? 0} />}
        empty={
          <Empty
            icon={<IconDeviceDesktop size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
            action={can.createTargets && <PageButton to="/provision">{texts.provision}</PageButton>}
          />
        }
      >
        <DataTable
          {...list.table}
          label={texts.table}
          keyOf={({ id }) => id}
          nameOf={({ controllerId }) => controllerId}
          hidden={hidden}
          selection={may('UPDATE_TARGET', 'DELETE_TARGET') ? selection : undefined}
          stale={of.stale && of.loading}
          height="calc(100vh - 260px)"
        />
      </FilteredList>
    </Page>
  );
}
