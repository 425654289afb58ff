import { Group } from '@mantine/core';
import { IconDeviceDesktop, IconPlus } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useData } from '../../api/use-data.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { ColumnsMenu } from '../../parts/columns-menu.tsx';
import { filterFaultOf } from '../../parts/filter-fault.tsx';
import { FilterField } from '../../parts/filter-field.tsx';
import { useKept } from '../../parts/kept.ts';
import { PageButton } from '../../parts/links.tsx';
import { ListTable } from '../../parts/list-table.tsx';
import { Page } from '../../parts/page.tsx';
import { pageArguments } from '../../parts/place.ts';
import { Empty } from '../../parts/states.tsx';
import { numberText } from '../../texts/common.ts';
import { targetsTexts as texts } from '../../texts/targets.ts';
import { BulkBar } from './bulk-bar.tsx';
import { HIDDEN_FIRST, orderOf, TARGET_COLUMNS } from './columns.tsx';
import type { TargetsSearch } from './search.ts';
import { useSelection } from './selection.ts';
import { TargetFilters } from './target-filters.tsx';
import { Targets, TargetsCount } from './targets.documents.ts';

const PAGE_SIZE = 100;

/** All targets, filtered and ordered as the address says. */
export function TargetsPage() {
  const search = useSearch({ from: '/shell/targets' });
  const { filter = '', sort } = search;
  const navigate = useNavigate({ from: '/targets' });
  const { may, can } = useViewer();
  const [hidden, setHidden] = useKept<string[]>('targets.hidden', HIDDEN_FIRST);

  const page = useData(
    Targets,
    { filter: filter || undefined, orderBy: orderOf(sort), ...pageArguments(search, PAGE_SIZE) },
    { keep: true },
  );
  const count = useData(TargetsCount, { filter: filter || undefined }, { keep: true });
  const total = count.data?.targets.totalCount;
  const list = page.data?.targets;
  const fault = filterFaultOf(page.error);
  const isEmpty = list?.nodes.length === 0 && !filter && !page.stale;
  const selection = useSelection(filter);
  const [isFiltering, setFiltering] = useState(false);

  const go = (next: TargetsSearch) => void navigate({ search: next });
  const setFilter = (next: string) => {
    setFiltering(true);
    void navigate({ search: { filter: next || undefined, sort }, replace: isFiltering });
  };

  return (
    <Page
      wide
      title={texts.title}
      lead={total !== undefined && !fault ? numberText(total) : '\u00a0'}
      actions={
        can.createTargets &&
        !isEmpty && (
          <PageButton to="/provision" leftSection={<IconPlus size={16} aria-hidden />}>
            {texts.provision}
          </PageButton>
        )
      }
    >
      {!isEmpty && (
        <Group gap="xs" align="flex-start">
          <FilterField of="TARGET" value={filter} fault={fault} onChange={setFilter} />
          <TargetFilters filter={filter} isValid={!fault && filter !== ''} onChoose={setFilter} />
          <ColumnsMenu columns={TARGET_COLUMNS} hidden={hidden} onChange={setHidden} />
        </Group>
      )}
      <BulkBar selection={selection} total={total} pageCount={list?.nodes.length ?? 0} />
      <ListTable
        of={page}
        page={list && { ...list, totalCount: total }}
        place={search}
        size={PAGE_SIZE}
        onMove={(place) => go({ filter: filter || undefined, sort, ...place })}
        filter={{ text: filter, fault, nothing: texts.nothing, clear: () => go({ sort }) }}
        empty={
          <Empty
            icon={<IconDeviceDesktop size={40} stroke={1.4} />}
            title={texts.emptyTitle}
            hint={texts.emptyHint}
            action={can.createTargets && <PageButton to="/provision">{texts.provision}</PageButton>}
          />
        }
        label={texts.table}
        keyOf={({ id }) => id}
        nameOf={({ controllerId }) => controllerId}
        columns={TARGET_COLUMNS}
        hidden={hidden}
        sort={sort}
        onSort={(next) => go({ filter: filter || undefined, sort: next })}
        selection={may('UPDATE_TARGET', 'DELETE_TARGET') ? selection : undefined}
        stale={page.stale && page.loading}
        height="calc(100vh - 260px)"
      />
    </Page>
  );
}
