import { Button } from '@mantine/core';
import { IconPackage, IconPlus } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { FilterEntity } from '../../api/types.documents.ts';
import { useViewer } from '../../api/use-viewer.ts';
import { CreateButton } from '../../parts/create-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { FilteredList } from '../../parts/filtered-list.tsx';
import { Page } from '../../parts/page.tsx';
import { PageTabs } from '../../parts/page-tabs.tsx';
import { Empty } from '../../parts/states.tsx';
import { type List, useList } from '../../parts/use-list.ts';
import { softwareTexts as texts } from '../../texts/software.ts';
import { MODULE_COLUMNS, SET_COLUMNS } from './columns.tsx';
import { NewModuleDialog, NewSetDialog } from './new-dialogs.tsx';
import { Modules, Sets } from './software.documents.ts';
import { TypesTab } from './types-tab.tsx';

const PAGE_SIZE = 50;

/** What devices can be given: sets, the modules in them, and their types. */
export function SoftwarePage() {
  const { tab } = useSearch({ from: '/shell/software' });
  const navigate = useNavigate({ from: '/software' });
  const { may, can } = useViewer();
  const [making, setMaking] = useState<'set' | 'module'>();
  const maySeeSets = may('READ_DISTRIBUTION_SET');
  const maySeeModules = may('READ_SOFTWARE_MODULE');
  const makeFirst = can.createSoftwareModules && (
    <CreateButton label={texts.firstModule} onClick={() => setMaking('module')} />
  );
  return (
    <Page
      wide
      title={texts.title}
      lead={texts.lead}
      actions={
        <>
          {can.createSoftwareModules && (
            <Button
              variant="default"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => setMaking('module')}
            >
              {texts.newModule}
            </Button>
          )}
          {can.createDistributionSets && (
            <CreateButton label={texts.newSet} onClick={() => setMaking('set')} />
          )}
        </>
      }
    >
      <PageTabs
        tab={tab}
        onChange={(next) => void navigate({ search: { tab: next } })}
        tabs={[
          { name: 'sets', label: texts.sets, content: <SetsTab action={makeFirst} />, isSeen: maySeeSets },
          {
            name: 'modules',
            label: texts.modules,
            content: <ModulesTab action={makeFirst} />,
            isSeen: maySeeModules,
          },
          { name: 'types', label: texts.types, content: <TypesTab />, isSeen: maySeeModules && maySeeSets },
        ]}
      />
      {making === 'module' && <NewModuleDialog onClose={() => setMaking(undefined)} />}
      {making === 'set' && <NewSetDialog onClose={() => setMaking(undefined)} />}
    </Page>
  );
}

interface TabProps {
  /** What there is to do where there is nothing yet. */
  action: ReactNode;
}

function SetsTab({ action }: TabProps) {
  const list = useList(Sets, {
    pageOf: (data) => data.distributionSets,
    size: PAGE_SIZE,
    columns: SET_COLUMNS,
  });
  return (
    <SoftwareList
      list={list}
      of="DISTRIBUTION_SET"
      label={texts.sets}
      emptyTitle={texts.noSets}
      emptyHint={texts.noSetsHint}
      action={action}
    />
  );
}

function ModulesTab({ action }: TabProps) {
  const list = useList(Modules, {
    pageOf: (data) => data.softwareModules,
    size: PAGE_SIZE,
    columns: MODULE_COLUMNS,
  });
  return (
    <SoftwareList
      list={list}
      of="SOFTWARE_MODULE"
      label={texts.modules}
      emptyTitle={texts.noModules}
      emptyHint={texts.noModulesHint}
      action={action}
    />
  );
}

const SoftwareList = <Row extends { id: string; name: string; version: string }>({
  list,
  of,
  label,
  emptyTitle,
  emptyHint,
  action,
}: {
  list: List<Row>;
  of: FilterEntity;
  label: string;
  emptyTitle: string;
  emptyHint: string;
} & TabProps) => (
  <FilteredList
    list={list}
    of={of}
    placeholder={texts.filterPlaceholder}
    empty={
      <Empty
        icon={<IconPackage size={40} stroke={1.4} />}
        title={emptyTitle}
        hint={emptyHint}
        action={action}
      />
    }
  >
    <DataTable
      {...list.table}
      label={label}
      keyOf={({ id }) => id}
      nameOf={({ name, version }) => `${name} ${version}`}
      height="calc(100vh - 320px)"
    />
  </FilteredList>
);
